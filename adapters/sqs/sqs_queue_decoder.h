// Decodes one queue after another from their heads: books every row and writes the queue's files
// (spec 05 chapters 3 and 5). One thread.
#pragma once

#include <optional>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/sqs/sqs_decoder.h"
#include "adapters/sqs/sqs_heads.h"
#include "adapters/sqs/sqs_message_sorter.h"
#include "adapters/sqs/sqs_queue.h"
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

  Status Decide();
  Status DecideByMeta();
  Result<QueueMeta> ReadMeta();
  void TellOfMeta();
  // Whether a file of the queue is wanted; asked once, and only when there is something for it.
  bool IsSelected(Slice file, std::optional<bool>* known);
  Status AddMessages(const Head& run);
  void BookMessages(const Head& run, RowLedger::Place place);
  Status KeepUnreachable(const Head& run);
  Status WriteMessages();
  Status WriteQueueFiles();

  const DecodeContext& context_;
  MessageSorter messages_;
  SideRecords side_records_;
  StoredJson json_;
  AdapterTotals totals_;
  bool wrote_extension_ = false;
  bool wrote_orphans_ = false;

  // Of the queue at hand.
  std::optional<Queue> queue_;
  Fate fate_ = Fate::kUndecided;
  std::string folder_;  // with its '/'
  std::optional<bool> messages_selected_;
  std::optional<bool> side_records_selected_;
  bool wrote_messages_ = false;
};

}  // namespace snaptree::sqs
