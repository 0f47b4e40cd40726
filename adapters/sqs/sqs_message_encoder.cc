#include "adapters/sqs/sqs_message_encoder.h"

#include <algorithm>

#include "adapters/sqs/sqs_findings.h"
#include "adapters/sqs/sqs_partition.h"
#include "base/text.h"

namespace snaptree::sqs {
namespace {

constexpr const char* kInvalid = "SqsEncodeInvalidMessage";
constexpr Slice kReplacement = "\xef\xbf\xbd";

uint64_t KeyTime(int64_t ms) { return static_cast<uint64_t>(std::max<int64_t>(0, ms)); }

Status PartitionError(const char* code, const char* what, uint32_t found, uint32_t expected) {
  return DataError(code, what)
      .Expected("partition " + std::to_string(expected))
      .Found(std::to_string(found))
      .Next("remove the member \"partition\": it is computed then");
}

}  // namespace

void MessageTotals::Add(const MessageTotals& other) {
  messages += other.messages;
  greatest_sequence = std::max(greatest_sequence, other.greatest_sequence);
  as_written = as_written && other.as_written;
}

std::string MessageEncoder::Place() const {
  return Printable(path_) + ": line " + std::to_string(line_);
}

void MessageEncoder::Warn(std::string_view code, std::string_view text, std::string_view more) {
  as_written_ = false;
  context_.findings.Warn(code, text, std::string(more) + Place());
}

void MessageEncoder::Note(std::string_view code, std::string_view text) {
  as_written_ = false;
  context_.findings.Note(code, text, Place());
}

Status MessageEncoder::Encode(const EncodedQueue& queue, const MessageBatch& batch,
                              MessageTotals* totals) {
  path_ = queue.messages_path;
  return batch.ForEach([&](Slice line, uint64_t number) -> Status {
    line_ = number;
    Status status = EncodeLine(queue, line, number, totals);
    if (status.ok()) return {};
    return context_.findings.TakeError(
        std::move(status).At(path_).Address("line " + std::to_string(number)));
  });
}

Status MessageEncoder::EncodeLine(const EncodedQueue& queue, Slice line, uint64_t number,
                                  MessageTotals* totals) {
  SNAPTREE_TRY(reader_.Read(line, &message_));
  if (!queue.is_known) return {};
  Message& m = message_;
  as_written_ = reader_.as_written();
  SNAPTREE_TRY(SetPartition(queue, &m));
  TellOfLine();
  if (queue.meta.is_fifo && m.group_id.empty()) {
    context_.findings.Warn(
        "sqs_fifo_message_incomplete",
        "messages of FIFO queues without a message_group_id, which no node takes "
        "from a client: they belong to no group and have no order",
        Place());
  }
  SetVisibility(queue, &m);
  SetChecksums(&m);
  SetGeneration(queue, &m);
  writer_->From(path_, number);
  SNAPTREE_TRY(PutRows(queue, m));
  ++totals->messages;
  totals->greatest_sequence = std::max(totals->greatest_sequence, m.sequence);
  totals->as_written = totals->as_written && as_written_;
  return {};
}

Status MessageEncoder::SetPartition(const EncodedQueue& queue, Message* m) {
  const QueueMeta& meta = queue.meta;
  if (!meta.IsPartitioned()) {
    if (m->partition.value_or(0) != 0) {
      return DataError(kInvalid, "a partition in a queue that has none")
          .Found(std::to_string(*m->partition))
          .Next("remove the member \"partition\", or set partition_count in _queue.json");
    }
    if (m->partition) as_written_ = false;
    m->partition.reset();
    return {};
  }
  const uint32_t right = PartitionOf(m->group_id, meta);
  if (!m->partition) {
    m->partition = right;
    Warn("sqs_partition_derived", "messages without a partition got the one of their group");
    return {};
  }
  if (*m->partition >= meta.partition_count) {
    return DataError("SqsEncodePartitionRange", "the queue has fewer partitions")
        .Expected("less than " + std::to_string(meta.partition_count))
        .Found(std::to_string(*m->partition))
        .Next("remove the member \"partition\": it is computed then");
  }
  if (*m->partition == right) return {};
  if (meta.IsPerQueue()) {
    return PartitionError("SqsEncodePartitionRouting",
                          "a perQueue queue delivers from partition 0 only", *m->partition, right);
  }
  if (m->group_id.find(kReplacement) == Slice::npos) {
    return PartitionError("SqsEncodePartitionHash",
                          "the message's group belongs to another partition", *m->partition, right);
  }
  context_.findings.Warn("sqs_partition_not_of_group",
                         "messages whose group holds U+FFFD stay in a partition that is not the "
                         "group's: the id was not UTF-8 when the node chose it",
                         Place());
  return {};
}

void MessageEncoder::TellOfLine() {
  for (const Slice name : reader_.ignored()) {
    Warn("sqs_member_ignored", kMemberIgnoredText, "\"" + Printable(name) + "\" of ");
  }
  if (!reader_.has_sent_time()) {
    Warn("sqs_sent_time_missing",
         "messages without send_timestamp_millis count as sent in 1970: a node removes them as too "
         "old");
  }
  if (!reader_.as_written() && reader_.ignored().empty() && reader_.has_sent_time()) {
    Note("sqs_line_not_canonical",
         "messages with members left out, empty or null, or in another form than a dump has");
  }
}

// The value's visible_at_millis is the time of the vis row: the node computes the row's key from
// it.
void MessageEncoder::SetVisibility(const EncodedQueue& queue, Message* m) {
  if (!queue.preserve) {
    if (m->visible_ms != 0 || m->receive_count != 0 || m->first_receive_ms != 0 ||
        !m->receipt_token.empty()) {
      Warn("sqs_visibility_dropped",
           "messages with receive counts or visibility lost them: the tree's manifest does not "
           "say preserve_sqs_visibility");
    }
    m->visible_ms = std::max<int64_t>(0, m->available_ms);
    m->receive_count = m->first_receive_ms = 0;
    m->receipt_token = {};
    return;
  }
  if (m->visible_ms > 0) return;
  const int64_t was = m->visible_ms;
  m->visible_ms = std::max<int64_t>(0, m->available_ms);
  if (m->visible_ms != was) as_written_ = false;
}

void MessageEncoder::SetChecksums(Message* m) {
  md5_.Reset();
  md5_.Update(m->body);
  body_md5_.clear();
  AppendHex(&body_md5_, AsSlice(md5_.Finish()));
  const auto is_other = [](Slice in_line, Slice right) {
    return !in_line.empty() && in_line != right;
  };
  if (is_other(m->md5_of_body, body_md5_) ||
      is_other(m->md5_of_attributes, reader_.attributes_md5())) {
    Warn("sqs_md5_rewritten", "messages whose checksums did not match got the right ones");
  }
  if (m->md5_of_body.empty() ||
      (m->md5_of_attributes.empty() && !reader_.attributes_md5().empty())) {
    as_written_ = false;
  }
  m->md5_of_body = body_md5_;
  m->md5_of_attributes = reader_.attributes_md5();
}

void MessageEncoder::SetGeneration(const EncodedQueue& queue, Message* m) {
  if (m->generation != queue.meta.generation && m->generation != 0) {
    Note("sqs_generation_rewritten", "messages of another generation than their queue got its own");
  }
  if (m->generation != queue.meta.generation) as_written_ = false;
  m->generation = queue.meta.generation;
}

Status MessageEncoder::BuildKey(SqsFamily family, const SqsKey& key) {
  key_.clear();
  AppendSqsKey(&key_, family, key);
  if (key_.size() <= kMaxUserKeyBytes) return {};
  return DataError("EncodeKeyTooLarge", "a row's key is too long")
      .Expected("at most " + Thousands(kMaxUserKeyBytes) + " bytes, what a live node loads")
      .Found(Thousands(key_.size()))
      .Next("shorten the message's id, group or deduplication id");
}

Status MessageEncoder::PutRows(const EncodedQueue& queue, const Message& m) {
  value_.clear();
  AppendStoredMessage(&value_, m);
  if (value_.size() > StoredJson::kMaxBytes) {
    return DataError(kInvalid, "the message is larger than any node takes")
        .Expected("at most " + HumanBytes(StoredJson::kMaxBytes) + " as it is stored")
        .Found(HumanBytes(value_.size()))
        .Next("shorten the message, or take it out of the tree");
  }
  id_segment_.clear();
  AppendBase64Url(&id_segment_, m.id);
  SqsKey key{
      queue.segment, queue.meta.IsPartitioned(), m.partition.value_or(0), m.generation, 0, {},
      id_segment_};
  SNAPTREE_TRY(BuildKey(SqsFamily::kData, key));
  SNAPTREE_TRY(writer_->Put(key_, value_));
  key.time_ms = KeyTime(m.visible_ms);
  SNAPTREE_TRY(BuildKey(SqsFamily::kVis, key));
  SNAPTREE_TRY(writer_->Put(key_, m.id));
  key.time_ms = KeyTime(m.sent_ms);
  SNAPTREE_TRY(BuildKey(SqsFamily::kByAge, key));
  SNAPTREE_TRY(writer_->Put(key_, m.id));
  return queue.meta.is_fifo ? PutContested(queue, m, key) : Status::Ok();
}

Slice MessageEncoder::DeduplicationId(const EncodedQueue& queue, const Message& m) {
  if (!m.deduplication_id.empty() || !queue.meta.content_based_dedup) return m.deduplication_id;
  sha256_.Reset();
  sha256_.Update(m.body);
  dedup_id_.clear();
  AppendHex(&dedup_id_, AsSlice(sha256_.Finish()));
  return dedup_id_;
}

// A segment that a key has cannot be empty: a message without a group wants no such row.
Status MessageEncoder::PutContested(const EncodedQueue& queue, const Message& m, SqsKey key) {
  group_segment_.clear();
  AppendBase64Url(&group_segment_, m.group_id);
  const Slice id = DeduplicationId(queue, m);
  if (!id.empty() && (!key.partitioned || !group_segment_.empty())) {
    name_segment_.clear();
    AppendBase64Url(&name_segment_, id);
    key.group = group_segment_;
    key.name = name_segment_;
    SNAPTREE_TRY(BuildKey(SqsFamily::kDedup, key));
    SNAPTREE_TRY(contested_.AddDedup(key_, m));
  }
  const bool wants_lock = queue.preserve && (m.receive_count > 0 || queue.has_locks);
  if (!wants_lock || group_segment_.empty()) return {};
  key.name = group_segment_;
  SNAPTREE_TRY(BuildKey(SqsFamily::kGroup, key));
  return contested_.AddToGroup(key_, m);
}

}  // namespace snaptree::sqs
