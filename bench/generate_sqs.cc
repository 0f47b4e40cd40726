// Rows of the SQS adapter: the messages of one standard queue, with both of their time indexes.
#include <algorithm>
#include <memory>

#include "bench/row_encoding.h"
#include "bench/snapshot_kinds.h"

namespace snaptree::bench {
namespace {

constexpr std::string_view kQueue = "bench-queue";
constexpr std::string_view kMessageMagic("\0SM\1", 4);
constexpr std::string_view kQueueMagic("\0SQ\1", 4);
constexpr uint64_t kGeneration = 1;

// Message ids of 32 hex digits, numbered so that their base64url forms ascend: these end the keys,
// and their byte order is not that of the ids. Three digits encode to four characters on their own,
// so it is enough to number all blocks of three digits in the order of their encoded forms.
class MessageIds {
 public:
  MessageIds() {
    for (uint64_t block = 0; block < kBlocks; ++block) {
      blocks_.push_back(Hex(block).substr(16 - kBlockDigits));
    }
    std::sort(blocks_.begin(), blocks_.end(), [](const std::string& a, const std::string& b) {
      return Base64Url(a) < Base64Url(b);
    });
  }

  std::string Id(uint64_t i) const {
    std::string id;
    for (int place = kBlocksInId - 1; place >= 0; --place) {
      const int shift = place * kBlockBits;
      id += blocks_[shift < 64 ? i >> shift & (kBlocks - 1) : 0];
    }
    return id + "00";
  }

 private:
  static constexpr int kBlockDigits = 3;
  static constexpr int kBlockBits = 4 * kBlockDigits;
  static constexpr uint64_t kBlocks = uint64_t{1} << kBlockBits;
  static constexpr int kBlocksInId = 10;

  std::vector<std::string> blocks_;
};

std::string QueueKey(std::string_view family) { return std::string(family) + Base64Url(kQueue); }

class Queue {
 public:
  explicit Queue(const Workload& w)
      : count_(w.count),
        body_size_(w.value_size.value_or(120)),
        id_seed_(SeedOf(w, kIds)),
        deletions_(Deletions(w)),
        sent_(w.count, SeedOf(w, kOrder)) {}

  // No message is delayed or in flight, so the index by age and that by visibility agree.
  void EmitTimeIndex(RowEmitter& out, std::string_view family) const {
    const std::string prefix = QueueKey(family) + Be64(kGeneration);
    for (uint64_t rank = 0; rank < count_; ++rank) {
      const uint64_t i = sent_.PlaceOf(rank);
      const std::string id = ids_.Id(i);
      out.Put(prefix + Be64(SentMs(i)) + Base64Url(id), id, deletions_.Hits(i));
    }
  }

  void EmitMessages(RowEmitter& out) const {
    const std::string prefix = QueueKey("!sqs|msg|data|") + Be64(kGeneration);
    Md5 md5;
    for (uint64_t i = 0; i < count_; ++i) {
      const std::string id = ids_.Id(i), sent = std::to_string(SentMs(i));
      const std::string_view body = out.texts().Text(body_size_);
      const std::string receipt_token = Be64(Mix(id_seed_ + i)) + Be64(Mix(id_seed_ - i));
      md5.Update(body);
      const std::string message = R"({"message_id":")" + id + R"(","body":")" + Base64(body) +
                                  R"(","md5_of_body":")" + md5.HexDigest() +
                                  R"(","send_timestamp_millis":)" + sent +
                                  R"(,"available_at_millis":)" + sent + R"(,"visible_at_millis":)" +
                                  sent + R"(,"receive_count":0,"current_receipt_token":")" +
                                  Base64(receipt_token) + R"(","queue_generation":1})";
      out.Put(prefix + Base64Url(id), std::string(kMessageMagic) + message, deletions_.Hits(i));
    }
  }

 private:
  uint64_t SentMs(uint64_t i) const { return kLastCommitMs - count_ + sent_.At(i); }

  uint64_t count_;
  size_t body_size_;
  uint64_t id_seed_;
  Choice deletions_;
  Permutation sent_;  // message number to its place in time
  MessageIds ids_;
};

std::string QueueMeta() {
  const std::string created_ms = std::to_string(kLastCommitMs - kDayMs);
  return std::string(kQueueMagic) + R"({"name":")" + std::string(kQueue) +
         R"(","generation":1,"incarnation":1,"created_at_hlc":)" +
         std::to_string((kLastCommitMs - kDayMs) << 16) +
         R"(,"visibility_timeout_seconds":30,"message_retention_seconds":345600)"
         R"(,"delay_seconds":0,"receive_message_wait_seconds":0,"maximum_message_size":262144)"
         R"(,"created_at_millis":)" +
         created_ms + R"(,"last_modified_at_millis":)" + created_ms + "}";
}

}  // namespace

void AddSqs(const Workload& w, Ranges* ranges) {
  const auto queue = std::make_shared<const Queue>(w);
  for (const char* family : {"!sqs|msg|byage|", "!sqs|msg|vis|"}) {
    ranges->push_back({family, [=](RowEmitter& out) { queue->EmitTimeIndex(out, family); }});
  }
  const std::string counter = QueueKey("!sqs|queue|gen|"), meta = QueueKey("!sqs|queue|meta|");
  ranges->push_back({"!sqs|msg|data|", [=](RowEmitter& out) { queue->EmitMessages(out); }});
  ranges->push_back({counter, [=](RowEmitter& out) { out.Put(counter, "1"); }});
  ranges->push_back({meta, [=](RowEmitter& out) { out.Put(meta, QueueMeta()); }});
}

}  // namespace snaptree::bench
