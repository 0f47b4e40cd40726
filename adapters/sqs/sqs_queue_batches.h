// Hands the heads of queues, which come queue by queue, to decoders on several threads: some queues
// to each. One thread gives.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/common/decode_context.h"
#include "adapters/sqs/sqs_decoder.h"
#include "adapters/sqs/sqs_queue_decoder.h"

namespace snaptree::sqs {

class QueueBatches {
 public:
  QueueBatches(const DecodeContext& context, const SqsOptions& options);

  // The next head; those of one queue follow one another, in the order of their kinds.
  Status Add(Slice segment, const Head& head);
  // After the last one.
  Status Finish();
  // Of all queues. Last call.
  AdapterTotals TakeTotals() { return std::move(totals_); }

 private:
  struct QueueHeads {
    std::string segment;
    std::vector<Head> heads;
  };
  // What one decoder gets at a time.
  struct Batch {
    std::vector<QueueHeads> queues;
    uint64_t bytes = 0;  // of their rows and heads

    QueueHeads& last() { return queues.back(); }
  };

  bool TakesMore() const;
  void BeginQueue(Slice segment);
  Status BeginAlone();
  Status EndAlone();
  Status Run();
  Result<AdapterTotals> Decode(const DecodeContext& own, const Batch& batch) const;

  const DecodeContext& context_;
  const SqsOptions& options_;
  uint64_t batch_bytes_;
  AdapterTotals totals_;
  std::optional<std::string> segment_;  // of the queue at hand
  std::vector<Batch> batches_;          // the queue at hand is the last one of the last
  size_t held_bytes_ = 0;               // of heads and segments
  // When the queue at hand has more heads than are kept: it is decoded while they come.
  std::unique_ptr<QueueDecoder> alone_;
};

}  // namespace snaptree::sqs
