#include "adapters/sqs/sqs_decoder.h"

#include "adapters/sqs/sqs_collector.h"
#include "adapters/sqs/sqs_queue_batches.h"

namespace snaptree::sqs {
namespace {

// Of the memory budget: a head for each queue and run is little, messages take the most.
constexpr double kHeadsShare = 0.02;

}  // namespace

Result<AdapterTotals> DecodeSqs(const DecodeContext& context, const SqsOptions& options) {
  context.progress.Begin("collect sqs queues", "rows", 0);
  ExternalSorter heads(context.sorter_options(kHeadsShare));
  HeadCollector collector(context, heads);
  SNAPTREE_TRY(collector.Collect(options.include_side_records));
  SNAPTREE_TRY(heads.Finish());

  context.progress.Begin("write sqs messages", "messages",
                         context.scan.of(FamilyIdOf(SqsFamily::kData)).live);
  QueueBatches queues(context, options);
  Slice key;
  Slice payload;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, heads.Next(&key, &payload));
    if (!more) break;
    SNAPTREE_TRY(queues.Add(SegmentOfHeadKey(key), Head::FromPayload(payload)));
  }
  SNAPTREE_TRY(queues.Finish());
  AdapterTotals totals = queues.TakeTotals();
  totals.losses += collector.losses();
  return totals;
}

}  // namespace snaptree::sqs
