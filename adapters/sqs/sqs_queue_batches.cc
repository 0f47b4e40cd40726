#include "adapters/sqs/sqs_queue_batches.h"

#include "adapters/common/pieces.h"

namespace snaptree::sqs {
namespace {

// Of one queue, which has a handful if it was not purged thousands of times.
constexpr size_t kMaxHeads = size_t{1} << 15;
// Of all queues that wait; as much again of the queue at hand.
constexpr size_t kMaxHeldBytes = kMaxHeads * sizeof(Head);

}  // namespace

// All messages in one round, if there are not too many queues.
QueueBatches::QueueBatches(const DecodeContext& context, const SqsOptions& options)
    : context_(context), options_(options) {
  const uint64_t bytes = context.scan.of(FamilyIdOf(SqsFamily::kData)).live_bytes;
  batch_bytes_ = std::max(bytes / PieceCount(context, bytes), context.least_piece_bytes);
}

// Whether the last batch is there and takes another queue.
bool QueueBatches::TakesMore() const {
  return !batches_.empty() && batches_.back().bytes < batch_bytes_;
}

void QueueBatches::BeginQueue(Slice segment) {
  if (!TakesMore()) batches_.emplace_back();
  batches_.back().queues.push_back({std::string(segment), {}});
  batches_.back().bytes += segment.size();
  held_bytes_ += segment.size();
  segment_ = segment;
}

Status QueueBatches::Add(Slice segment, const Head& head) {
  if (segment != segment_) {
    SNAPTREE_TRY(EndAlone());
    const bool enough = batches_.size() >= PieceCount(context_, UINT64_MAX) && !TakesMore();
    if (enough || held_bytes_ >= kMaxHeldBytes) SNAPTREE_TRY(Run());
    BeginQueue(segment);
  }
  if (alone_ == nullptr && batches_.back().last().heads.size() == kMaxHeads) {
    SNAPTREE_TRY(BeginAlone());
  }
  if (alone_ != nullptr) return alone_->Add(head);
  batches_.back().last().heads.push_back(head);
  batches_.back().bytes += head.place.size() + sizeof head;
  held_bytes_ += sizeof head;
  return {};
}

Status QueueBatches::BeginAlone() {
  const QueueHeads queue = std::move(batches_.back().last());
  batches_.back().queues.pop_back();
  if (batches_.back().queues.empty()) batches_.pop_back();
  SNAPTREE_TRY(Run());
  alone_ = std::make_unique<QueueDecoder>(context_, options_);
  alone_->Begin(queue.segment);
  for (const Head& head : queue.heads) SNAPTREE_TRY(alone_->Add(head));
  return {};
}

Status QueueBatches::EndAlone() {
  if (alone_ == nullptr) return {};
  SNAPTREE_TRY(alone_->End());
  totals_.Add(alone_->TakeTotals());
  alone_.reset();
  return {};
}

Result<AdapterTotals> QueueBatches::Decode(const DecodeContext& own, const Batch& batch) const {
  QueueDecoder decoder(own, options_);
  for (const QueueHeads& queue : batch.queues) {
    SNAPTREE_TRY(CheckCancelled());
    decoder.Begin(queue.segment);
    for (const Head& head : queue.heads) SNAPTREE_TRY(decoder.Add(head));
    SNAPTREE_TRY(decoder.End());
  }
  return decoder.TakeTotals();
}

Status QueueBatches::Run() {
  std::vector<AdapterTotals> totals(batches_.size());
  std::vector<Piece> pieces;
  for (size_t i = 0; i < batches_.size(); ++i) {
    pieces.push_back({nullptr, [this, i, &totals](const DecodeContext& own) -> Status {
                        SNAPTREE_ASSIGN(totals[i], Decode(own, batches_[i]));
                        return {};
                      }});
  }
  SNAPTREE_TRY(RunPieces(context_, pieces));
  for (AdapterTotals& part : totals) totals_.Add(std::move(part));
  batches_.clear();
  held_bytes_ = 0;
  return {};
}

Status QueueBatches::Finish() {
  SNAPTREE_TRY(EndAlone());
  return Run();
}

}  // namespace snaptree::sqs
