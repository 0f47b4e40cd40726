#include "adapters/common/line_batches.h"

#include <utility>

#include "base/cancel.h"
#include "tree/tree_input.h"

namespace snaptree {
namespace {

constexpr size_t kLinesOfBatch = 512;
constexpr size_t kTextOfBatch = size_t{256} << 10;
constexpr size_t kBatchesOfThread = 4;
constexpr size_t kKeptBytes = size_t{1} << 20;

}  // namespace

bool LineBatch::IsFull() const {
  return lines_.size() == kLinesOfBatch || text_.size() >= kTextOfBatch;
}

void LineBatch::Clear() {
  if (text_.capacity() > kKeptBytes) std::string().swap(text_);
  text_.clear();
  lines_.clear();
}

void LineBatch::Add(uint64_t number, Slice line) {
  text_.append(line);
  lines_.push_back({text_.size(), number});
}

void LineBatch::Pad() { text_.append(TreeReader::kPadding, '\0'); }

LineBatches::LineBatches(const EncodeContext& context, Work work, After after)
    : context_(context),
      work_(std::move(work)),
      after_(std::move(after)),
      batches_(kBatchesOfThread * context.workers.threads()) {}

Status LineBatches::Add(uint64_t number, Slice line) {
  if (used_ == 0 || batches_[used_ - 1].IsFull()) {
    if (used_ == batches_.size() || bytes_ >= batches_.size() * kTextOfBatch) SNAPTREE_TRY(Run());
    batches_[used_++].Clear();
  }
  batches_[used_ - 1].Add(number, line);
  bytes_ += line.size();
  return {};
}

Status LineBatches::Run() {
  std::vector<WorkerPool::Job> jobs;
  for (size_t i = 0; i < used_; ++i) {
    jobs.emplace_back([this, i]() -> Status {
      SNAPTREE_TRY(CheckCancelled());
      batches_[i].Pad();
      return work_(batches_[i], i);
    });
  }
  const size_t used = std::exchange(used_, 0);
  bytes_ = 0;
  SNAPTREE_TRY(context_.workers.Run(jobs));
  if (after_ == nullptr) return {};
  for (size_t i = 0; i < used; ++i) SNAPTREE_TRY(after_(batches_[i], i));
  return {};
}

}  // namespace snaptree
