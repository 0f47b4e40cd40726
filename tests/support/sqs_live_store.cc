#include "tests/support/sqs_live_store.h"

#include <random>

#include "base/coding.h"
#include "base/md5.h"
#include "base/sha256.h"
#include "base/text.h"

namespace snaptree::test {
namespace {

constexpr int64_t kNow = 1700000000000;

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}
  uint64_t Roll(uint64_t sides) { return random_() % sides; }
  bool Once(uint64_t in) { return Roll(in) == 0; }
  template <size_t N>
  std::string Pick(const char* const (&texts)[N]) {
    return texts[Roll(N)];
  }
  std::string Bytes(size_t n) {
    std::string bytes;
    while (bytes.size() < n) bytes.push_back(static_cast<char>(Roll(256)));
    return bytes;
  }

 private:
  std::mt19937_64 random_;
};

// As Go's library writes it.
std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += std::string("\\") + c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '<' || c == '>' || c == '&') {
      out += "\\u00" + Hex(std::string(1, c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string Md5Hex(Slice bytes) {
  Md5 md5;
  md5.Update(bytes);
  return Hex(AsSlice(md5.Finish()));
}

std::string Sized(const std::string& text) {
  std::string out;
  AppendBe32(&out, static_cast<uint32_t>(text.size()));
  return out + text;
}

bool IsBinary(const std::string& type) { return type.starts_with("Binary"); }

std::string AttributesMd5(const LiveMessage& m) {
  std::string in;
  for (const auto& [name, value] : m.attributes) {
    in += Sized(name) + Sized(value.first) + (IsBinary(value.first) ? "\x02" : "\x01") +
          Sized(value.second);
  }
  return Md5Hex(in);
}

std::string AttributesText(const LiveMessage& m) {
  std::string out;
  for (const auto& [name, value] : m.attributes) {
    out += (out.empty() ? "{" : ",") + Quoted(name) + ":{\"DataType\":" + Quoted(value.first);
    if (!value.second.empty()) {
      out += IsBinary(value.first) ? ",\"BinaryValue\":\"" + Base64(value.second) + "\""
                                   : ",\"StringValue\":" + Quoted(value.second);
    }
    out += "}";
  }
  return out + "}";
}

std::string Text(const char* name, const std::string& text) {
  return text.empty() ? "" : std::string(",\"") + name + "\":" + Quoted(text);
}
std::string Number(const char* name, int64_t number) {
  return std::string(",\"") + name + "\":" + std::to_string(number);
}

std::string Stored(const LiveMessage& m, uint64_t generation) {
  std::string out = "{\"message_id\":" + Quoted(m.id) + ",\"body\":\"" + Base64(m.body) +
                    "\",\"md5_of_body\":\"" + Md5Hex(m.body) + "\"";
  if (!m.attributes.empty()) {
    out += Text("md5_of_message_attributes", AttributesMd5(m)) +
           ",\"message_attributes\":" + AttributesText(m);
  }
  out += Number("send_timestamp_millis", m.sent_ms) + Number("available_at_millis", m.available_ms);
  out += Number("visible_at_millis", m.visible_ms) + Number("receive_count", m.receive_count);
  if (m.first_receive_ms != 0) out += Number("first_receive_millis", m.first_receive_ms);
  out +=
      ",\"current_receipt_token\":" + (m.token.empty() ? "null" : "\"" + Base64(m.token) + "\"") +
      Number("queue_generation", static_cast<int64_t>(generation));
  out += Text("message_group_id", m.group) + Text("message_deduplication_id", m.dedup);
  if (m.sequence != 0) out += ",\"sequence_number\":" + std::to_string(m.sequence);
  return MessageValue(out + m.more + "}");
}

std::string StoredConfig(const LiveQueue& q) {
  std::string out = "{\"name\":" + Quoted(q.name) +
                    ",\"generation\":" + std::to_string(q.generation) +
                    ",\"incarnation\":" + std::to_string(q.generation) +
                    ",\"created_at_hlc\":18446744073709551610";
  if (q.fifo) out += ",\"is_fifo\":true";
  if (q.content_based) out += ",\"content_based_dedup\":true";
  out +=
      ",\"visibility_timeout_seconds\":30,\"message_retention_seconds\":345600,"
      "\"delay_seconds\":0,\"receive_message_wait_seconds\":0,\"maximum_message_size\":262144";
  return MetaValue(out + q.config_more + "}");
}

std::string DedupIdOf(const LiveQueue& q, const LiveMessage& m) {
  if (!m.dedup.empty() || !q.content_based) return m.dedup;
  return Sha256::HexOf(m.body);
}

void RollAttributes(Dice& dice, LiveMessage* m) {
  static constexpr const char* kNames[] = {"color", "a<b", "n", "\xc3\xa9", "Color"};
  while (dice.Once(2)) {
    const std::string name = dice.Pick(kNames);
    if (dice.Once(3)) {
      m->attributes[name] = {"Binary.gif", dice.Bytes(1 + dice.Roll(5))};
    } else {
      m->attributes[name] = {dice.Once(2) ? "Number" : "String.<x>", dice.Once(4) ? "<42>" : "42"};
    }
  }
}

LiveMessage RollMessage(Dice& dice, const LiveQueue& q, size_t number) {
  static constexpr const char* kBodies[] = {"",          "alpha",    "<a&b>\n",
                                            "{\"x\":1}", "\xff\xfe", "\xe2\x80\xa8"};
  static constexpr const char* kGroups[] = {"g0", "g1", "user-42", "a<\"b"};
  LiveMessage m;
  m.id = dice.Once(5) ? "odd \xc3\xa9 " + std::to_string(number) : Hex(dice.Bytes(16));
  m.body = dice.Once(10) ? dice.Bytes(dice.Roll(3000)) : dice.Pick(kBodies);
  RollAttributes(dice, &m);
  m.sent_ms = kNow + static_cast<int64_t>(number / 3);
  m.available_ms = m.sent_ms + (dice.Once(3) ? 5000 : 0);
  m.visible_ms = m.available_ms;
  m.token = dice.Bytes(16);
  if (dice.Once(9)) m.more = ",\"dead_letter_source_arn\":\"arn:aws:sqs:r:0:x\"";
  if (dice.Once(9)) m.more += ",\"future\":{\"a\":[1e400,null,\"\\u003c\"]}";
  if (!q.fifo) return m;
  m.group = dice.Pick(kGroups);
  if (dice.Once(2)) m.dedup = "d-" + std::to_string(dice.Roll(6));
  m.sequence = q.last_sequence + 1;
  return m;
}

void Receive(Dice& dice, LiveMessage* m) {
  m->receive_count = 1 + static_cast<int64_t>(dice.Roll(3));
  m->first_receive_ms = m->available_ms + 1000;
  m->visible_ms = m->first_receive_ms + 30000;
}

LiveQueue RollQueue(Dice& dice, std::string name) {
  LiveQueue q;
  q.name = std::move(name);
  q.generation = dice.Once(4) ? (uint64_t{1} << 56) - 1 : 1 + dice.Roll(5);
  q.fifo = q.name.ends_with(".fifo");
  q.content_based = q.fifo && dice.Once(2);
  if (dice.Once(3)) q.config_more += ",\"redrive_policy\":\"{\\\"a\\\":\\\"\\u003c\\\"}\"";
  if (dice.Once(3)) q.config_more += ",\"tags\":{\"a\":\"\",\"b\\u003e\":\"1\"}";
  if (dice.Once(3)) q.config_more += ",\"last_purged_at_millis\":1700000000001";
  if (dice.Once(3)) q.config_more += ",\"throttle\":{\"send_capacity\":1.50,\"new\":[]}";
  if (q.fifo) {
    const uint32_t counts[] = {0, 1, 2, 4, 32};
    q.partitions = counts[dice.Roll(std::size(counts))];
    q.per_queue = dice.Once(4);
  }
  if (q.partitions > 0) q.config_more += ",\"partition_count\":" + std::to_string(q.partitions);
  if (q.per_queue) q.config_more += ",\"fifo_throughput_limit\":\"perQueue\"";
  if (q.partitions > 1 && !q.per_queue) {
    q.config_more += ",\"fifo_throughput_limit\":\"perMessageGroupId\"";
  }
  if (q.partitions > 1) q.config_more += ",\"deduplication_scope\":\"messageGroup\"";
  if (dice.Once(4)) q.config_more += ",\"newer\":-0.0";
  std::map<std::string, bool> locked;
  for (size_t i = dice.Roll(20), n = 0; n < i; ++n) {
    LiveMessage m = RollMessage(dice, q, n);
    // Only the first message of a group can be in flight.
    if ((!q.fifo || locked.emplace(m.group, true).second) && dice.Once(3)) Receive(dice, &m);
    if (q.fifo) q.last_sequence = m.sequence;
    q.messages.push_back(std::move(m));
  }
  if (q.fifo) q.last_sequence += dice.Roll(3);
  return q;
}

Partition PartitionIn(const LiveQueue& q, const LiveMessage& m) {
  if (q.partitions <= 1) return std::nullopt;
  return SqsPartition(q, m.group);
}

void AddMessage(const LiveQueue& q, LiveMessage m, bool received, SqsRows* rows) {
  if (!received) {
    m.visible_ms = m.available_ms;
    m.receive_count = m.first_receive_ms = 0;
    m.token.clear();
  }
  const Partition partition = PartitionIn(q, m);
  const auto ms = [](int64_t time) { return static_cast<uint64_t>(time); };
  (*rows)[MessageKey(q.name, q.generation, m.id, partition)] = Stored(m, q.generation);
  (*rows)[VisKey(q.name, q.generation, ms(m.visible_ms), m.id, partition)] = m.id;
  (*rows)[ByAgeKey(q.name, q.generation, ms(m.sent_ms), m.id, partition)] = m.id;
  if (!q.fifo) return;
  const std::string dedup = DedupIdOf(q, m);
  if (!dedup.empty()) {
    (*rows)[DedupKey(q.name, q.generation, m.group, dedup, partition)] = DedupValue(m);
  }
  if (m.receive_count > 0) {
    (*rows)[GroupKey(q.name, q.generation, m.group, partition)] = LockValue(m);
  }
}

}  // namespace

uint32_t SqsPartition(const LiveQueue& queue, Slice group) {
  if (queue.partitions <= 1 || queue.per_queue) return 0;
  uint32_t hash = 2166136261U;
  for (const char c : group) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 16777619U;
  }
  return hash % queue.partitions;
}

std::string DedupValue(const LiveMessage& m) {
  std::string out = "{\"message_id\":" + Quoted(m.id) + Number("send_timestamp_ms", m.sent_ms) +
                    Number("expires_at_millis", m.sent_ms + 300000);
  if (m.sequence != 0) out += ",\"original_sequence\":" + std::to_string(m.sequence);
  return out + "}";
}

std::string LockValue(const LiveMessage& m) {
  return "{\"message_id\":" + Quoted(m.id) + Number("acquired_at_ms", m.first_receive_ms) +
         Number("visible_at_ms", m.visible_ms) + "}";
}

LiveSqs RandomLiveSqs(uint64_t seed) {
  Dice dice(seed);
  LiveSqs queues;
  for (const char* name : {"a", "ab", "abc.fifo", "q.fifo", " x ", "b64.fifo", "Q"}) {
    if (dice.Once(2)) queues.push_back(RollQueue(dice, name));
  }
  return queues;
}

// Messages are in the order of their sequence numbers: of several with one deduplication id, the
// last one has the row.
SqsRows RowsOf(const LiveSqs& queues, bool received) {
  SqsRows rows;
  for (const LiveQueue& q : queues) {
    rows[QueueMetaKey(q.name)] = StoredConfig(q);
    rows[QueueGenKey(q.name)] = std::to_string(q.generation);
    if (q.last_sequence != 0) rows[QueueSeqKey(q.name)] = std::to_string(q.last_sequence);
    for (const LiveMessage& m : q.messages) AddMessage(q, m, received, &rows);
  }
  return rows;
}

SqsRows LeftoversOf(const LiveSqs& queues) {
  SqsRows rows;
  rows[QueueGenKey("gone")] = "3";
  for (LiveQueue q : queues) {
    if (--q.generation == 0) continue;
    rows[QueueTombstoneKey(q.name, q.generation)] = "\x01";
    for (const LiveMessage& m : q.messages) AddMessage(q, m, true, &rows);
  }
  return rows;
}

SnapshotBuilder Snapshot(const SqsRows& rows) {
  SnapshotBuilder snapshot;
  for (const auto& [key, value] : rows) snapshot.Put(key, kT0, value);
  return snapshot;
}

}  // namespace snaptree::test
