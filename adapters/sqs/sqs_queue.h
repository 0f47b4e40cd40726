// What the rows say about one queue, and what follows from it for its messages: spec 05 chapter 3.
// Knows nothing of files and books nothing. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "adapters/sqs/sqs_heads.h"
#include "adapters/sqs/sqs_queue_meta.h"
#include "base/slice.h"

namespace snaptree::sqs {

// What a run of message rows is, in a queue that exists.
enum class Life : uint8_t {
  kLive,
  kStale,        // of a generation before the active one: the node's reaper will take it
  kUnreachable,  // no client can get at it, and no rule explains it
};

class Queue {
 public:
  explicit Queue(Slice segment);

  // Takes a head of any kind but a run of side rows.
  void Note(const Head& head);

  const std::string& segment() const { return segment_; }
  const std::string& name() const { return name_; }
  const std::optional<Head>& meta_head() const { return meta_head_; }
  // REQUIRES: there is no meta head. False: nothing says so, the queue may live elsewhere.
  bool IsDeleted() const { return gen_.has_value() || has_tombstone_; }
  // Of its files when it exists, and when it does not; with '/'.
  std::string Folder() const;
  std::string OrphanFolder() const;

  // Once the configuration was read; what follows needs it.
  void SetMeta(QueueMeta meta);
  const QueueMeta& meta() const { return meta_; }
  // The active one (rule 2); nullopt: not known.
  std::optional<uint64_t> generation() const { return generation_; }
  // Whether the counter says another one than the configuration.
  bool GenerationsDiffer() const;
  // The last FIFO sequence number that was issued; 0: none, or not known.
  uint64_t sequence() const { return seq_ ? seq_->number : 0; }
  Life LifeOf(const Head& run) const;
  // "0, 3": partitions that other raft groups may have, since no row noted here is theirs.
  std::string PartitionsWithoutRows() const;

 private:
  bool HasGenRow() const { return gen_ && gen_->readable; }

  std::string segment_;
  std::string name_;
  std::optional<Head> meta_head_;
  std::optional<Head> gen_;
  std::optional<Head> seq_;
  bool has_tombstone_ = false;
  uint64_t orphan_suffixes_ = 1;
  uint32_t partitions_seen_ = 0;  // a bit for each that has a message row
  QueueMeta meta_;
  std::optional<uint64_t> generation_;
};

}  // namespace snaptree::sqs
