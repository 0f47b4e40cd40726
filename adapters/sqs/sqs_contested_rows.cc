#include "adapters/sqs/sqs_contested_rows.h"

#include <limits>

#include "adapters/sqs/sqs_findings.h"
#include "adapters/sqs/sqs_json_text.h"
#include "adapters/sqs/sqs_keys.h"
#include "base/cancel.h"
#include "base/coding.h"
#include "base/text.h"

namespace snaptree::sqs {
namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;
constexpr int64_t kDedupLifeMs = 300000;
constexpr uint64_t kCancelEvery = 1024;

// Those who want one row come in this order, and within a kind the winner first; of those that are
// stored the last one counts.
enum Kind : char { kStored, kReceived, kSent };

// A pair of the sorter: u32 size of the row's key, the key, kind, rank; what the rank does not say.
constexpr size_t kSizeBytes = 4;

void AppendDedupValue(std::string* out, Slice id, int64_t sent_ms, uint64_t sequence) {
  int64_t expires_ms = 0;
  if (__builtin_add_overflow(sent_ms, kDedupLifeMs, &expires_ms)) {
    expires_ms = std::numeric_limits<int64_t>::max();
  }
  AppendText(out, "{\"message_id\":", id, HtmlEscape::kOn);
  AppendNumber(out, ",\"send_timestamp_ms\":", sent_ms);
  AppendNumber(out, ",\"expires_at_millis\":", expires_ms);
  AppendUnlessZero(out, ",\"original_sequence\":", sequence);
  out->push_back('}');
}

void AppendLockValue(std::string* out, Slice id, int64_t acquired_ms, int64_t visible_ms) {
  AppendText(out, "{\"message_id\":", id, HtmlEscape::kOn);
  AppendNumber(out, ",\"acquired_at_ms\":", acquired_ms);
  AppendNumber(out, ",\"visible_at_ms\":", visible_ms);
  out->push_back('}');
}

}  // namespace

// Those who want one row, as they came.
struct ContestedRows::Group {
  std::string key;
  bool is_lock = false;
  uint64_t stored = 0;    // lines of side records
  std::string stored_id;  // of a lock
  std::string stored_value;
  bool stored_is_right = false;  // some message stands behind it
  uint64_t candidates = 0;
  std::string value;  // of the first candidate

  void Begin(Slice row_key) {
    key = row_key;
    is_lock = row_key.starts_with(PrefixOf(SqsFamily::kGroup));
    stored = 0;
    stored_is_right = false;
    candidates = 0;
  }

  void Take(char kind, Slice rank, Slice payload) {
    ByteReader reader(payload);
    if (kind == kStored) {
      uint64_t id_size = 0;
      Slice id;
      reader.ReadBe64(&id_size);
      reader.ReadBytes(id_size, &id);
      ++stored;
      stored_id = id;
      stored_value = reader.rest();
      return;
    }
    const Slice id = rank.substr(is_lock ? 8 : 16);
    if (!is_lock || id == stored_id) stored_is_right = stored > 0;
    if (is_lock && kind != kReceived) return;
    if (++candidates > 1) return;
    value.clear();
    if (is_lock) {
      AppendLockValue(&value, id, static_cast<int64_t>(LoadBe64(payload.data())),
                      static_cast<int64_t>(LoadBe64(payload.data() + 8)));
    } else {
      AppendDedupValue(&value, id, static_cast<int64_t>(~LoadBe64(rank.data()) ^ kSignBit),
                       ~LoadBe64(rank.data() + 8));
    }
  }
};

void ContestedRows::BeginKey(Slice key, char kind) {
  key_.clear();
  payload_.clear();
  AppendBe32(&key_, static_cast<uint32_t>(key.size()));
  key_.append(key).push_back(kind);
}

Status ContestedRows::Add() { return sorter_.Add(key_, payload_); }

// The latest one, then the greatest sequence number; ids settle what is left.
Status ContestedRows::AddDedup(Slice key, const Message& message) {
  const std::lock_guard lock(mutex_);
  BeginKey(key, kSent);
  AppendBe64(&key_, ~(static_cast<uint64_t>(message.sent_ms) ^ kSignBit));
  AppendBe64(&key_, ~message.sequence);
  key_.append(message.id);
  return Add();
}

Status ContestedRows::AddStoredDedup(Slice key, uint64_t line, Slice value) {
  return AddStoredLock(key, line, {}, value);
}

// The lowest sequence number.
Status ContestedRows::AddToGroup(Slice key, const Message& message) {
  const std::lock_guard lock(mutex_);
  BeginKey(key, message.receive_count > 0 ? kReceived : kSent);
  AppendBe64(&key_, message.sequence);
  key_.append(message.id);
  AppendBe64(&payload_, static_cast<uint64_t>(message.first_receive_ms));
  AppendBe64(&payload_, static_cast<uint64_t>(message.visible_ms));
  return Add();
}

Status ContestedRows::AddStoredLock(Slice key, uint64_t line, Slice message_id, Slice value) {
  const std::lock_guard lock(mutex_);
  BeginKey(key, kStored);
  AppendBe64(&key_, line);
  AppendBe64(&payload_, message_id.size());
  payload_.append(message_id).append(value);
  return Add();
}

void ContestedRows::TellGroup(const Group& group, const char* code, const char* text) {
  SqsKeyParser parser(SqsFamily::kGroup);
  SqsKey key;
  if (!parser.Parse(group.key, &key)) return;
  context_.findings.Warn(
      code, text, InQueue("group \"" + Printable(parser.name()) + "\"", parser.queue_name()));
}

void ContestedRows::TellTwins(const Group& group) {
  SqsKeyParser parser(group.is_lock ? SqsFamily::kGroup : SqsFamily::kDedup);
  SqsKey key;
  if (!parser.Parse(group.key, &key)) return;
  context_.findings.Warn("sqs_side_record_repeated",
                         "side records with one key: only the last line of each counts",
                         InQueue((group.is_lock ? "group \"" : "deduplication id \"") +
                                     Printable(parser.name()) + "\"",
                                 parser.queue_name()));
}

Status ContestedRows::WriteGroup(const Group& group, RowWriter& writer) {
  if (group.stored > 1) TellTwins(group);
  if (group.is_lock && group.stored > 0 && !group.stored_is_right) {
    TellGroup(group, "sqs_lock_dropped",
              "locks of message groups, in side records, that name no message of the group were "
              "left out: nothing would ever remove them");
  }
  if (group.stored > 0 && group.stored_is_right) return writer.Put(group.key, group.stored_value);
  if (group.candidates == 0) return {};
  if (group.is_lock && group.candidates > 1) {
    TellGroup(group, "sqs_lock_contested",
              "message groups with several messages that were received: the one with the lowest "
              "sequence number holds the lock");
  }
  return writer.Put(group.key, group.value);
}

Status ContestedRows::Write() {
  SNAPTREE_TRY(sorter_.Finish());
  const std::unique_ptr<RowWriter> writer = context_.rows.Borrow();
  writer->From("sqs");
  Group group;
  bool open = false;
  for (uint64_t n = 0;; ++n) {
    if (n % kCancelEvery == 0) SNAPTREE_TRY(CheckCancelled());
    Slice key;
    Slice payload;
    SNAPTREE_ASSIGN(const bool more, sorter_.Next(&key, &payload));
    if (!more) break;
    const Slice row_key = key.substr(kSizeBytes, LoadBe32(key.data()));
    if (!open || row_key != group.key) {
      if (open) SNAPTREE_TRY(WriteGroup(group, *writer));
      group.Begin(row_key);
      open = true;
    }
    const Slice rest = key.substr(kSizeBytes + row_key.size());
    group.Take(rest[0], rest.substr(1), payload);
  }
  return open ? WriteGroup(group, *writer) : Status::Ok();
}

}  // namespace snaptree::sqs
