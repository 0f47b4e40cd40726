// Many small files, shared out among threads in batches. A Worker is what one thread keeps from
// file to file (reader, row writer, parser); it is made with EncodeContext and called for each
// file:
//
//   struct Worker {
//     explicit Worker(const EncodeContext& context);
//     Status operator()(Slice path, Slice detail);
//   };
//
//   FileJobs<Worker> jobs(context);
//   SNAPTREE_TRY(jobs.Add(path, detail));   // any number of times
//   SNAPTREE_TRY(jobs.Finish());
//
// Workers that need more than the context are made by a function that is given.
//
// A data error of a file is kept with its path, and the others go on; any other error ends the
// work.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "adapters/common/encode_context.h"
#include "base/cancel.h"

namespace snaptree {

template <class Worker>
class FileJobs {
 public:
  explicit FileJobs(const EncodeContext& context)
      : FileJobs(context, [&context] { return std::make_unique<Worker>(context); }) {}
  // For workers that need more than the context.
  FileJobs(const EncodeContext& context, std::function<std::unique_ptr<Worker>()> make)
      : context_(context), make_(std::move(make)) {}

  Status Add(Slice path, Slice detail = {}) {
    if (batches_.empty() || batches_.back().count == kFilesOfBatch ||
        batches_.back().text.size() > kTextOfBatch) {
      // Details of any size make a round of their own.
      const size_t most = kBatchesOfThread * context_.workers.threads();
      if (batches_.size() == most || text_bytes_ >= most * kTextOfBatch) SNAPTREE_TRY(RunRound());
      batches_.emplace_back();
    }
    batches_.back().Append(path, detail);
    text_bytes_ += path.size() + detail.size();
    return {};
  }

  Status Finish() { return RunRound(); }

  // All workers that were made, for what they counted. REQUIRES: after Finish().
  const std::vector<std::unique_ptr<Worker>>& workers() const { return idle_; }

 private:
  static constexpr size_t kFilesOfBatch = 256;
  static constexpr size_t kTextOfBatch = size_t{256} << 10;
  static constexpr size_t kBatchesOfThread = 4;

  // Paths and details, one behind the other.
  struct Batch {
    struct Sizes {
      size_t path;
      size_t detail;
    };
    std::string text;
    std::vector<Sizes> sizes;
    size_t count = 0;

    void Append(Slice path, Slice detail) {
      text.append(path).append(detail);
      sizes.push_back({path.size(), detail.size()});
      ++count;
    }
  };

  Status RunBatch(const Batch& batch) {
    std::unique_ptr<Worker> worker = Take();
    size_t at = 0;
    for (const typename Batch::Sizes& size : batch.sizes) {
      const Slice path = Slice(batch.text).substr(at, size.path);
      const Slice detail = Slice(batch.text).substr(at + size.path, size.detail);
      at += size.path + size.detail;
      Status status = (*worker)(path, detail);
      if (!status.ok()) SNAPTREE_TRY(context_.findings.TakeError(std::move(status).At(path)));
    }
    context_.progress.done.fetch_add(batch.count, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(worker));
    return CheckCancelled();
  }

  std::unique_ptr<Worker> Take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Worker> worker = std::move(idle_.back());
        idle_.pop_back();
        return worker;
      }
    }
    return make_();
  }

  Status RunRound() {
    std::vector<WorkerPool::Job> jobs;
    jobs.reserve(batches_.size());
    for (const Batch& batch : batches_)
      jobs.emplace_back([this, &batch] { return RunBatch(batch); });
    const Status status = context_.workers.Run(jobs);
    batches_.clear();
    text_bytes_ = 0;
    return status;
  }

  const EncodeContext& context_;
  const std::function<std::unique_ptr<Worker>()> make_;
  std::vector<Batch> batches_;
  size_t text_bytes_ = 0;  // in them
  std::mutex mutex_;       // of idle_
  std::vector<std::unique_ptr<Worker>> idle_;
};

}  // namespace snaptree
