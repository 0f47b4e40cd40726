#include "adapters/sqs/sqs_message_batches.h"

#include "adapters/sqs/sqs_message_line_reader.h"
#include "adapters/sqs/sqs_record_reader.h"
#include "base/cancel.h"

namespace snaptree::sqs {
namespace {

constexpr size_t kBatchBytes = size_t{256} << 10;
constexpr size_t kBatchesOfThread = 2;
// One long line at a time.
constexpr size_t kRoundBytesOfThread = 2 * kBatchesOfThread * kBatchBytes;

}  // namespace

void MessageBatch::Clear() {
  lines_.clear();
  text_.clear();
  if (text_.capacity() > 2 * kBatchBytes) text_.shrink_to_fit();
}

MessageBatch& MessageBatches::Current() {
  if (used_ == 0 || batches_[used_ - 1].bytes() >= kBatchBytes) ++used_;
  if (batches_.size() < used_) batches_.emplace_back();
  return batches_[used_ - 1];
}

Status MessageBatches::Run(const Take& take) {
  Status status;
  if (used_ == 1) {
    status = take(batches_[0]);
  } else {
    std::vector<WorkerPool::Job> jobs;
    jobs.reserve(used_);
    for (size_t i = 0; i < used_; ++i) {
      jobs.emplace_back([this, &take, i] { return take(batches_[i]); });
    }
    status = context_.workers.Run(jobs);
  }
  for (size_t i = 0; i < used_; ++i) batches_[i].Clear();
  used_ = 0;
  bytes_ = 0;
  SNAPTREE_TRY(std::move(status));
  return CheckCancelled();
}

Status MessageBatches::Read(std::unique_ptr<TreeInputFile> file, const Take& take, bool* joined) {
  RecordReader records(std::move(file), kMaxMessageLineBytes);
  const size_t threads = context_.workers.threads();
  Status status;
  for (;;) {
    Slice record;
    const Result<bool> more = records.Next(&record);
    if (!more.ok()) status = more.status();
    if (!more.ok() || !*more) break;
    MessageBatch& batch = Current();
    batch.text_.append(record);
    batch.lines_.push_back({record.size(), records.line()});
    bytes_ += record.size();
    const bool full = used_ == kBatchesOfThread * threads && batch.bytes() >= kBatchBytes;
    if (full || bytes_ >= kRoundBytesOfThread * threads) SNAPTREE_TRY(Run(take));
  }
  *joined = records.joined();
  // Also what stands before an error: it may have more of them.
  if (used_ > 0) SNAPTREE_TRY(Run(take));
  return status;
}

}  // namespace snaptree::sqs
