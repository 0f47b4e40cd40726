// Decodes one queue after another from their heads: decides what is alive (spec 05 chapter 3),
// books every row, and writes the queue's files (chapter 5). One thread.
#pragma once

#include <optional>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/sqs/sqs_decoder.h"
#include "adapters/sqs/sqs_heads.h"
#include "adapters/sqs/sqs_message_sorter.h"
#include "adapters/sqs/sqs_queue_meta.h"
#include "adapters/sqs/sqs_side_records.h"

namespace snaptree::sqs {

class QueueDecoder {
 public:
  QueueDecoder(const DecodeContext& context, const SqsOptions& options);

  void Begin(Slice segment);
  // REQUIRES: heads in the order of their kinds.
  Status Add(const Head& head);
  Status End();
  // Of all queues. Last call.
  AdapterTotals TakeTotals();

 private:
  enum class Fate : uint8_t {
    kUndecided,
    kExists,
    kDeleted,    // its messages wait for the node's reaper
    kElsewhere,  // no word of it here, or no readable one: its messages are probably alive
    kUnwanted,   // not selected
  };
  enum class Life : uint8_t { kLive, kStale, kUnreachable };

  Status Decide();
  Status DecideByMeta();
  void TakeGeneration();
  void NoteMeta();
  void ChooseOrphanFolder();
  // Whether a file of the queue is wanted; asked once and only when there is something for it.
  bool IsSelected(Slice file, std::optional<bool>* known);
  Life LifeOf(const Head& run) const;
  Status AddMessages(const Head& run);
  Status KeepUnreachable(const Head& run);
  Status WriteMessages();
  Status WriteQueueFiles();
  void WarnOfMissingPartitions();

  const DecodeContext& context_;
  const bool side_records_wanted_;
  MessageSorter messages_;
  SideRecords side_records_;
  StoredJson json_;
  AdapterTotals totals_;
  bool wrote_extension_ = false;
  bool wrote_orphans_ = false;

  // Of the queue at hand.
  std::string segment_;
  std::string name_;
  std::string folder_;  // with its '/'
  Fate fate_ = Fate::kUndecided;
  std::optional<Head> meta_head_;
  std::optional<Head> gen_;
  std::optional<Head> seq_;
  bool has_tombstone_ = false;
  uint64_t orphan_suffixes_ = 1;
  QueueMeta meta_;
  std::optional<uint64_t> generation_;  // the active one
  uint32_t partitions_seen_ = 0;        // a bit for each that has a message row
  std::optional<bool> messages_selected_;
  std::optional<bool> side_records_selected_;
  bool wrote_messages_ = false;
};

}  // namespace snaptree::sqs
