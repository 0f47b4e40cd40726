// Encodes the folder of one queue: spec 05 chapter 7. One thread; the lines of a large queue are
// shared out among others.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "adapters/common/encode_context.h"
#include "adapters/sqs/sqs_contested_rows.h"
#include "adapters/sqs/sqs_encoder.h"
#include "adapters/sqs/sqs_message_batches.h"
#include "adapters/sqs/sqs_message_encoder.h"
#include "adapters/sqs/sqs_queue_config.h"
#include "adapters/sqs/sqs_queue_folder.h"
#include "adapters/sqs/sqs_side_record_reader.h"

namespace snaptree::sqs {

// Folders of queues that are left for later: each of them is work for all threads.
class LargeQueues {
 public:
  void Add(Slice folder);
  // All of them, in order.
  std::vector<std::string> Take();

 private:
  std::mutex mutex_;
  std::vector<std::string> folders_;
};

class QueueEncoder {
 public:
  // Leaves large queues for later; without `later` it is their turn.
  QueueEncoder(const EncodeContext& context, const EncodeSqsOptions& options,
               ContestedRows& contested, LargeQueues* later);

  // "sqs/NAME". Data errors of the queue as a whole come back, all others are told to the findings.
  Status operator()(Slice folder, Slice detail);

  uint64_t messages() const { return messages_; }

 private:
  struct Generation {
    uint64_t number = 1;
    bool of_extension = false;
  };

  Status SkipOrphan();
  Status EncodeFiles(const QueueFolder& found);
  Status EncodeConfig(const QueueFolder& found);
  Result<Generation> FindGeneration(const QueueFolder& found);
  Result<Generation> GenerationOfMessages();
  Status SetGeneration(const QueueFolder& found);
  Status ReadMessages(MessageTotals* totals);
  Status EncodeBatch(const MessageBatch& batch, MessageTotals* totals);
  Status PutQueueRows(uint64_t sequence);
  Status TellDifferences(const QueueFolder& found, uint64_t sequence, const MessageTotals& totals);
  std::string Path(Slice file) const { return folder_ + "/" + std::string(file); }

  const EncodeContext& context_;
  const EncodeSqsOptions& options_;
  ContestedRows& contested_;
  LargeQueues* const later_;
  TreeReader reader_;
  TreeReader messages_reader_;  // has messages.jsonl open
  QueueConfigReader config_reader_;
  SideRecordReader side_records_;
  MessageBatches batches_;
  std::mutex mutex_;  // of idle_, and of totals while several threads add to them
  std::vector<std::unique_ptr<MessageEncoder>> idle_;
  uint64_t messages_ = 0;

  // Of the queue at hand.
  std::string folder_;
  EncodedQueue queue_;
  QueueConfig config_;
};

}  // namespace snaptree::sqs
