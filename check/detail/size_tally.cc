#include "check/detail/size_tally.h"

namespace snaptree {
namespace {

constexpr Slice kValueNames[] = {"value_size"};

bool IsLarger(const RecordSize& a, const RecordSize& b) {
  if (a.bytes != b.bytes) return a.bytes > b.bytes;
  return a.path != b.path ? a.path < b.path : a.line < b.line;
}

}  // namespace

void SizeTally::Keep(Slice path, uint64_t line, uint64_t bytes) {
  // Nearly all are too small to be kept: no text is made of those.
  if (largest.size() == RecordStatistics::kMost && bytes < largest.back().bytes) return;
  KeepFirst({std::string(path), line, bytes}, RecordStatistics::kMost, IsLarger, &largest);
}

void SizeTally::Add(Slice path, uint64_t line, uint64_t bytes) {
  const RecordAmount amount{1, bytes};
  all.Add(amount);
  sizes[ClassOf(kSizeLimits, bytes)].Add(amount);
  Keep(path, line, bytes);
}

void SizeTally::Merge(const SizeTally& other) {
  all.Add(other.all);
  for (size_t i = 0; i < sizes.size(); ++i) sizes[i].Add(other.sizes[i]);
  for (const RecordSize& record : other.largest) Keep(record.path, record.line, record.bytes);
}

LineSizes::LineSizes(Slice path, bool values_elsewhere)
    : path_(path),
      values_elsewhere_(values_elsewhere),
      json_(JsonScan::Form::kLines, kValueNames, [this] {
        value_bytes_ = json_.Number(0).value_or(0);
        return Status::Ok();
      }) {}

Status LineSizes::Append(Slice bytes) {
  while (!bytes.empty()) {
    const size_t newline = bytes.find('\n');
    const bool ends = newline != Slice::npos;
    const Slice part = ends ? bytes.substr(0, newline + 1) : bytes;
    bytes.remove_prefix(part.size());
    line_bytes_ += part.size();
    if (values_elsewhere_) SNAPTREE_TRY(json_.Append(part));
    if (ends) End();
  }
  return {};
}

const SizeTally& LineSizes::Finish() {
  if (line_bytes_ > 0) End();
  return tally_;
}

void LineSizes::End() {
  tally_.Add(path_, ++line_, line_bytes_ + value_bytes_);
  line_bytes_ = 0;
  value_bytes_ = 0;
}

}  // namespace snaptree
