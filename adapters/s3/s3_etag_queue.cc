#include "adapters/s3/s3_etag_queue.h"

#include <iterator>

namespace snaptree::s3 {
namespace {

constexpr size_t kMaxWaiting = 32;  // pieces

}  // namespace

EtagQueue::~EtagQueue() {
  if (thread_ == nullptr) return;
  thread_.reset();
  spare_.GiveBack();
}

void EtagQueue::Begin(Slice path, const Manifest& manifest, bool large) {
  path_ = path;
  ++number_;
  if (large && thread_ == nullptr && spare_.Take()) {
    thread_ = std::make_unique<TaskThread>(kMaxWaiting);
  }
  behind_ = large && thread_ != nullptr;
  if (!behind_) return here_.Begin(manifest.etag, manifest.parts.size());
  thread_->Post(
      [this, etag = manifest.etag, parts = manifest.parts.size()] { there_.Begin(etag, parts); });
}

void EtagQueue::Update(const SharedBytes& bytes) {
  if (!behind_) return here_.Update(*bytes);
  thread_->Post([this, bytes] { there_.Update(*bytes); });
}

void EtagQueue::EndPart(const Part& part) {
  if (!behind_) return here_.EndPart(part.etag);
  thread_->Post([this, etag = part.etag] { there_.EndPart(etag); });
}

void EtagQueue::End() {
  if (!behind_) return Take(here_.Finish(), number_, path_);
  thread_->Post([this, number = number_, path = path_] { Take(there_.Finish(), number, path); });
}

void EtagQueue::Take(EtagVerdict verdict, uint64_t number, const std::string& path) {
  const std::lock_guard lock(mutex_);
  Verdicts& verdicts = verdicts_[static_cast<size_t>(verdict)];
  ++verdicts.count;
  verdicts.first.emplace(number, path);
  if (verdicts.first.size() > Finding::kMaxExamples) {
    verdicts.first.erase(std::prev(verdicts.first.end()));
  }
}

void EtagQueue::Report(Findings* findings) {
  if (thread_ != nullptr) thread_->Wait();
  const auto add = [&](EtagVerdict verdict, Severity severity, const char* code, const char* text) {
    const Verdicts& verdicts = verdicts_[static_cast<size_t>(verdict)];
    for (const auto& [number, path] : verdicts.first) findings->Add(severity, code, text, path);
    const uint64_t rest = verdicts.count - verdicts.first.size();
    if (rest > 0) findings->Add(severity, code, text, {}, rest);
  };
  add(EtagVerdict::kDiffers, Severity::kWarning, "s3_etag_mismatch",
      "objects whose bytes do not have the MD5 of their ETag; written as they are");
  add(EtagVerdict::kUnverified, Severity::kNote, "s3_etag_unverified",
      "objects with an ETag that proves nothing");
}

}  // namespace snaptree::s3
