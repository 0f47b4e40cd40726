#include "tests/support/sqs_store.h"

#include <algorithm>
#include <random>
#include <tuple>

#include "base/text.h"

namespace snaptree::test {
namespace {

// Their segments are prefixes of one another, and stand on both sides of "p|".
const std::string kQueues[] = {"a", "ab", "abc", "abcd", "\xef\xbf\xbd", "\xa8", "q.fifo"};
constexpr size_t kUtf8Queues = 5;  // the others' names are no UTF-8, but for the last
const std::string kIds[] = {"1", "12", "123", "1234", "\xc3\xa9"};

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}
  uint64_t Roll(uint64_t sides) { return random_() % sides; }
  bool Once(uint64_t in) { return Roll(in) == 0; }

 private:
  std::mt19937_64 random_;
};

// Message ids are JSON text in MessageFields: all of the above are their own JSON text.
void RollMessage(Dice& dice, SqsRow* row) {
  row->kind = dice.Once(20) ? SqsRowKind::kMalformed : SqsRowKind::kMessage;
  if (dice.Once(3)) row->partition = static_cast<uint32_t>(dice.Roll(4));
  row->key_generation = dice.Once(30) ? uint64_t{0xff} << 56 : dice.Roll(4);
  row->message.id = kIds[dice.Roll(std::size(kIds))];
  row->message.body = "b" + std::to_string(dice.Roll(1000));
  row->message.sent_ms = static_cast<int64_t>(dice.Roll(5)) - 1;
  row->message.sequence = dice.Roll(3);
  row->message.generation = row->key_generation;
}

void RollQueueRow(Dice& dice, SqsRow* row) {
  const SqsRowKind kinds[] = {SqsRowKind::kMeta, SqsRowKind::kMeta, SqsRowKind::kGen,
                              SqsRowKind::kSeq, SqsRowKind::kTombstone};
  row->kind = kinds[dice.Roll(std::size(kinds))];
  row->number = dice.Roll(4);
  const uint32_t counts[] = {0, 0, 1, 2, 4};
  row->partition_count = counts[dice.Roll(std::size(counts))];
  row->per_queue = dice.Once(4);
}

SqsRow RollRow(Dice& dice) {
  SqsRow row;
  row.commit_ts = kT0 + dice.Roll(100);
  row.deleted = dice.Once(6);
  row.broken = dice.Once(15);
  row.queue = kQueues[dice.Once(20) ? dice.Roll(std::size(kQueues)) : dice.Roll(kUtf8Queues)];
  if (dice.Once(4)) {
    RollQueueRow(dice, &row);
  } else {
    RollMessage(dice, &row);
  }
  return row;
}

struct QueueState {
  std::optional<SqsRow> meta;
  std::optional<SqsRow> gen;
  std::optional<SqsRow> seq;
  bool tombstone = false;
  std::vector<SqsRow> messages;
};

using Lines = std::vector<std::tuple<int64_t, uint64_t, std::string, std::string, std::string>>;

std::string Joined(Lines lines) {
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const auto& line : lines) text += std::get<4>(line);
  return text;
}

Lines LinesOf(const std::vector<SqsRow>& rows, ExpectedSqs* out) {
  Lines lines;
  for (const SqsRow& row : rows) {
    if (row.broken) {
      ++out->damaged;
      continue;
    }
    ++out->emitted;
    ++out->messages;
    lines.emplace_back(row.message.sent_ms, row.message.sequence, row.message.id, row.Key(),
                       MessageLine(row.message, row.partition));
  }
  return lines;
}

std::string MetaMore(const SqsRow& meta, Slice separator) {
  std::string text;
  if (meta.partition_count != 0) {
    text += std::string(separator) + "\"partition_count\":" + (separator == "," ? "" : " ") +
            std::to_string(meta.partition_count);
  }
  if (meta.per_queue) {
    text += std::string(separator) + "\"fifo_throughput_limit\":" + (separator == "," ? "" : " ") +
            "\"perQueue\"";
  }
  return text;
}

bool IsReachable(const SqsRow& row, const SqsRow& meta) {
  if (row.partition.has_value() != (meta.partition_count > 1)) return false;
  return !row.partition || *row.partition < (meta.per_queue ? 1 : meta.partition_count);
}

void ExpectQueue(const std::string& name, const QueueState& queue, ExpectedSqs* out) {
  const SqsRow& meta = *queue.meta;
  std::optional<uint64_t> generation;
  if (queue.gen && !queue.gen->broken) generation = queue.gen->number;
  if (meta.number != 0) generation = meta.number;
  std::vector<SqsRow> alive;
  for (const SqsRow& row : queue.messages) {
    if (generation && row.key_generation < *generation) {
      ++out->operational;
    } else if ((generation && row.key_generation > *generation) || !IsReachable(row, meta)) {
      ++out->unknown;
    } else {
      alive.push_back(row);
    }
  }
  const std::string folder = "sqs/" + std::string(name == "\xef\xbf\xbd" ? "%EF%BF%BD" : name);
  const std::string text = Joined(LinesOf(alive, out));
  if (!text.empty()) out->files[folder + "/messages.jsonl"] = text;
  out->files[folder + "/_queue.json"] = QueueFile(name, MetaMore(meta, ",\n  "));
  ++out->emitted;
  std::string more;
  if (generation.value_or(0) != 0) more += ",\n  \"generation\": " + std::to_string(*generation);
  if (queue.seq && !queue.seq->broken && queue.seq->number != 0) {
    more += ",\n  \"fifo_sequence\": " + std::to_string(queue.seq->number);
  }
  if (!more.empty()) {
    out->files[folder + "/_queue_ext.json"] = "{\n  \"format_version\": 1" + more + "\n}\n";
  }
}

void ExpectWithoutQueue(const std::string& name, const QueueState& queue, ExpectedSqs* out) {
  if (queue.meta) {
    ++out->damaged;  // a broken one
  } else if (queue.gen || queue.tombstone) {
    out->operational += queue.messages.size();
    return;
  }
  const std::string text = Joined(LinesOf(queue.messages, out));
  if (!text.empty()) out->files["sqs/" + Base64Url(name) + ".orphan/messages.jsonl"] = text;
}

std::map<std::string, SqsRow> LiveRows(const SqsStore& store, uint64_t at) {
  std::map<std::string, SqsRow> rows;
  for (const SqsRow& row : store) {
    if (row.commit_ts > at) continue;
    const auto [found, is_new] = rows.emplace(row.Key(), row);
    if (!is_new && found->second.commit_ts < row.commit_ts) found->second = row;
  }
  std::erase_if(rows, [](const auto& row) { return row.second.deleted; });
  return rows;
}

}  // namespace

std::string SqsRow::Key() const {
  switch (kind) {
    case SqsRowKind::kMeta:
      return QueueMetaKey(queue);
    case SqsRowKind::kGen:
      return QueueGenKey(queue);
    case SqsRowKind::kSeq:
      return QueueSeqKey(queue);
    case SqsRowKind::kTombstone:
      return QueueTombstoneKey(queue, number);
    case SqsRowKind::kMessage:
      return MessageKey(queue, key_generation, message.id, partition);
    case SqsRowKind::kMalformed:
      return MessageKey(queue, key_generation, message.id, partition) + "=";
  }
  return "";
}

std::string SqsRow::Value() const {
  if (broken && kind != SqsRowKind::kTombstone) return "broken";
  switch (kind) {
    case SqsRowKind::kMeta:
      return StoredQueue(queue, number, MetaMore(*this, ","));
    case SqsRowKind::kGen:
    case SqsRowKind::kSeq:
      return std::to_string(number);
    case SqsRowKind::kTombstone:
      return "\x01";
    default:
      return StoredMessage(message);
  }
}

SqsStore RandomSqsStore(uint64_t seed) {
  Dice dice(seed);
  SqsStore store;
  const uint64_t rows = 1 + dice.Roll(60);
  std::map<std::string, bool> taken;  // key and timestamp
  for (uint64_t i = 0; i < rows; ++i) {
    SqsRow row = RollRow(dice);
    if (taken.emplace(RawKey(row.Key(), row.commit_ts), true).second) {
      store.push_back(std::move(row));
    }
  }
  return store;
}

SnapshotBuilder ToSnapshot(const SqsStore& store) {
  SnapshotBuilder snapshot;
  for (const SqsRow& row : store) {
    if (row.deleted) {
      snapshot.Delete(row.Key(), row.commit_ts);
    } else {
      snapshot.Put(row.Key(), row.commit_ts, row.Value());
    }
  }
  return snapshot;
}

ExpectedSqs Expect(const SqsStore& store, std::optional<uint64_t> at) {
  ExpectedSqs out;
  std::map<std::string, QueueState> queues;
  for (const auto& [key, row] : LiveRows(store, at.value_or(UINT64_MAX))) {
    const bool booked = row.kind != SqsRowKind::kTombstone;
    if (!IsUtf8(row.queue) || row.kind == SqsRowKind::kMalformed) {
      out.damaged += booked ? 1 : 0;
      continue;
    }
    QueueState& queue = queues[row.queue];
    if (row.kind == SqsRowKind::kMeta) queue.meta = row;
    if (row.kind == SqsRowKind::kGen) queue.gen = row;
    if (row.kind == SqsRowKind::kSeq) queue.seq = row;
    if (row.kind == SqsRowKind::kTombstone) queue.tombstone = true;
    if (row.kind == SqsRowKind::kMessage) queue.messages.push_back(row);
    if (row.kind == SqsRowKind::kGen || row.kind == SqsRowKind::kSeq) {
      ++(row.broken ? out.damaged : out.operational);
    }
  }
  for (const auto& [name, queue] : queues) {
    if (queue.meta && !queue.meta->broken) {
      ExpectQueue(name, queue, &out);
    } else {
      ExpectWithoutQueue(name, queue, &out);
    }
  }
  return out;
}

}  // namespace snaptree::test
