#include "tests/support/sqs_rows.h"

#include "base/coding.h"
#include "base/text.h"

namespace snaptree::test {
namespace {

std::string Number(uint64_t v) {
  std::string bytes;
  AppendBe64(&bytes, v);
  return bytes;
}

// The part up to the generation.
std::string Head(Slice family, Slice queue, uint64_t generation, Partition partition) {
  std::string key = "!sqs|msg|" + std::string(family) + "|";
  if (partition) {
    key += "p|" + Base64Url(queue) + "|";
    AppendBe32(&key, *partition);
  } else {
    key += Base64Url(queue);
  }
  return key + Number(generation);
}

}  // namespace

std::string Base64(Slice bytes) {
  std::string text = Base64Url(bytes);
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::string QueueMetaKey(Slice queue) { return "!sqs|queue|meta|" + Base64Url(queue); }
std::string QueueGenKey(Slice queue) { return "!sqs|queue|gen|" + Base64Url(queue); }
std::string QueueSeqKey(Slice queue) { return "!sqs|queue|seq|" + Base64Url(queue); }
std::string QueueTombstoneKey(Slice queue, uint64_t generation) {
  return "!sqs|queue|tombstone|" + Base64Url(queue) + Number(generation);
}

std::string MessageKey(Slice queue, uint64_t generation, Slice id, Partition partition) {
  return Head("data", queue, generation, partition) + Base64Url(id);
}

std::string VisKey(Slice queue, uint64_t generation, uint64_t ms, Slice id, Partition partition) {
  return Head("vis", queue, generation, partition) + Number(ms) + Base64Url(id);
}

std::string ByAgeKey(Slice queue, uint64_t generation, uint64_t ms, Slice id, Partition partition) {
  return Head("byage", queue, generation, partition) + Number(ms) + Base64Url(id);
}

std::string GroupKey(Slice queue, uint64_t generation, Slice group, Partition partition) {
  return Head("group", queue, generation, partition) + Base64Url(group);
}

std::string DedupKey(Slice queue, uint64_t generation, Slice group, Slice dedup,
                     Partition partition) {
  const std::string segment = partition ? Base64Url(group) + "|" : "";
  return Head("dedup", queue, generation, partition) + segment + Base64Url(dedup);
}

std::string MessageValue(Slice json) { return std::string("\0SM\x01", 4).append(json); }
std::string MetaValue(Slice json) { return std::string("\0SQ\x01", 4).append(json); }

std::string StoredMessage(const MessageFields& m) {
  std::string json = R"({"message_id":")" + m.id + R"(","body":")" + Base64(m.body) +
                     R"(","send_timestamp_millis":)" + std::to_string(m.sent_ms) +
                     R"(,"available_at_millis":7,"visible_at_millis":8,"receive_count":2)" +
                     R"(,"first_receive_millis":9,"current_receipt_token":"AAECAw==")" +
                     R"(,"queue_generation":)" + std::to_string(m.generation);
  if (m.sequence != 0) json += ",\"sequence_number\":" + std::to_string(m.sequence);
  return MessageValue(json + m.more + "}");
}

std::string MessageLine(const MessageFields& m, Partition partition) {
  std::string line = R"({"message_id":")" + m.id + R"(","body":")" + m.body +
                     R"(","send_timestamp_millis":)" + std::to_string(m.sent_ms) +
                     R"(,"available_at_millis":7,"visible_at_millis":0,"receive_count":0)" +
                     R"(,"queue_generation":)" + std::to_string(m.generation);
  if (m.sequence != 0) line += ",\"sequence_number\":" + std::to_string(m.sequence);
  if (partition) line += ",\"partition\":" + std::to_string(*partition);
  return line + "}\n";
}

std::string StoredQueue(Slice name, uint64_t generation, Slice more) {
  return MetaValue("{\"name\":\"" + std::string(name) +
                   "\",\"generation\":" + std::to_string(generation) +
                   ",\"visibility_timeout_seconds\":30,\"message_retention_seconds\":345600,"
                   "\"delay_seconds\":0,\"receive_message_wait_seconds\":0,"
                   "\"maximum_message_size\":262144" +
                   std::string(more) + "}");
}

std::string QueueFile(Slice name, Slice more) {
  return "{\n  \"format_version\": 1,\n  \"name\": \"" + std::string(name) +
         "\",\n  \"visibility_timeout_seconds\": 30,\n"
         "  \"message_retention_seconds\": 345600,\n  \"delay_seconds\": 0,\n"
         "  \"maximum_message_size\": 262144" +
         std::string(more) + "\n}";
}

std::string QueueExtFile(uint64_t generation, Slice more) {
  return "{\n  \"format_version\": 1,\n  \"generation\": " + std::to_string(generation) +
         std::string(more) + "\n}\n";
}

}  // namespace snaptree::test
