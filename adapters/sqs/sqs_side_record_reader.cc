#include "adapters/sqs/sqs_side_record_reader.h"

#include <algorithm>

#include "adapters/common/json_error.h"
#include "adapters/common/line_reader.h"
#include "adapters/sqs/sqs_members.h"
#include "base/base64.h"
#include "base/cancel.h"
#include "base/text.h"

namespace snaptree::sqs {
namespace {

constexpr const char* kCode = "SqsEncodeInvalidSideRecord";
constexpr const char* kNext = "correct the line or remove it: a node rebuilds what it says";
constexpr uint64_t kCancelEvery = 1024;

constexpr SqsFamily kSideFamilies[] = {SqsFamily::kByAge, SqsFamily::kDedup, SqsFamily::kGroup,
                                       SqsFamily::kVis,   SqsFamily::kSeq,   SqsFamily::kTombstone};

bool IsUsed(SqsFamily family) {
  return family == SqsFamily::kDedup || family == SqsFamily::kGroup || family == SqsFamily::kSeq;
}

Status Wrong(const char* what, const char* expected) {
  return DataError(kCode, what).Expected(expected).Next(kNext);
}

// Whether a line as decoders write it is of a family that nobody uses: most lines are, and some are
// of any size.
bool IsPassedOver(Slice line) {
  for (const SqsFamily family : kSideFamilies) {
    constexpr Slice kStart = "{\"prefix\":\"";
    const Slice prefix = PrefixOf(family);
    if (!IsUsed(family) && line.starts_with(kStart) &&
        line.substr(kStart.size()).starts_with(prefix) &&
        line.substr(kStart.size() + prefix.size()).starts_with("\",\"key_hex\":\"")) {
      return true;
    }
  }
  return false;
}

}  // namespace

// A value that a node could read: of both kinds, it names the message.
bool SideRecordReader::ReadMessageId(Slice* id) {
  if (!value_json_.Parse(value_, kCode).ok()) return false;
  for (const JsonMember& member : value_json_.members()) {
    int64_t number = 0;
    if (member.name == "message_id") {
      if (!ToText(member.value, id)) return false;
    } else if (member.name == "original_sequence") {
      uint64_t sequence = 0;
      if (!ToUint64(member.value, &sequence)) return false;
    } else if (!ToInt64(member.value, &number)) {
      return false;
    }
  }
  return !id->empty();
}

void SideRecordReader::Drop(Slice place) {
  context_.findings.Warn("sqs_side_record_dropped",
                         "side records whose values no node could read were left out", place);
}

Status SideRecordReader::TakeRow(SqsFamily family, const EncodedQueue& queue, Found* found) {
  SqsKeyParser parser(family);
  SqsKey key;
  if (!parser.Parse(key_, &key)) return Wrong("key_hex is no key of this prefix", "a key");
  if (key.queue != queue.segment) return Wrong("key_hex is a key of another queue", "this queue's");
  if (!queue.meta.is_fifo) return {};
  if (family == SqsFamily::kSeq) {
    const std::optional<uint64_t> sequence = ParseU64(value_);
    if (sequence) {
      found->sequence = std::max(found->sequence, *sequence);
    } else {
      Drop(place_);
    }
    return {};
  }
  if (key.generation != queue.meta.generation) return {};
  const bool is_lock = family == SqsFamily::kGroup;
  if (is_lock && !queue.preserve) return {};
  Slice id;
  if (!ReadMessageId(&id)) {
    Drop(place_);
    return {};
  }
  if (!is_lock) return contested_.AddStoredDedup(key_, line_, value_);
  found->has_locks = true;
  return contested_.AddStoredLock(key_, line_, id, value_);
}

Status SideRecordReader::ReadLine(Slice line, const EncodedQueue& queue, Found* found) {
  SNAPTREE_TRY(ExplainJsonError(json_.Parse(line, kCode), line, kNext));
  Slice prefix;
  Slice key_hex;
  Slice value_base64;
  unsigned read = 0;
  for (const JsonMember& member : json_.members()) {
    const bool good = member.name == "prefix"      ? ToText(member.value, &prefix)
                      : member.name == "key_hex"   ? ToText(member.value, &key_hex)
                      : member.name == "value_b64" ? ToText(member.value, &value_base64)
                                                   : false;
    read += good ? 1 : 0;
  }
  if (read != 3 || json_.members().size() != 3) {
    return Wrong("the line has other members", "prefix, key_hex and value_b64, all strings");
  }
  const auto family = std::find_if(std::begin(kSideFamilies), std::end(kSideFamilies),
                                   [&](SqsFamily f) { return PrefixOf(f) == prefix; });
  if (family == std::end(kSideFamilies))
    return Wrong("a prefix that side records do not have", "a prefix such as !sqs|msg|dedup|");
  if (!IsUsed(*family)) return {};
  const std::optional<std::string> key = ParseHex(key_hex);
  if (!key) return Wrong("key_hex is not hex", "an even number of hex digits");
  key_ = *key;
  value_.clear();
  if (!AppendFromBase64Url(&value_, value_base64)) {
    return Wrong("value_b64 is not base64", "base64url without padding");
  }
  return TakeRow(*family, queue, found);
}

Result<SideRecordReader::Found> SideRecordReader::Read(std::unique_ptr<TreeInputFile> file,
                                                       const EncodedQueue& queue) {
  LineReader lines(std::move(file));
  Found found;
  for (uint64_t n = 0;; ++n) {
    if (n % kCancelEvery == 0) SNAPTREE_TRY(CheckCancelled());
    Slice line;
    SNAPTREE_ASSIGN(const bool more, lines.Next(&line));
    if (!more) return found;
    if (line.find_first_not_of(" \t\r") == Slice::npos || IsPassedOver(line)) continue;
    line_ = lines.number();
    place_ = Printable(lines.path()) + ": line " + std::to_string(line_);
    SNAPTREE_TRY(context_.findings.TakeError(lines.At(ReadLine(line, queue, &found))));
  }
}

}  // namespace snaptree::sqs
