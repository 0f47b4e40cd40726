#include "check/archive/read_ahead.h"

#include "check/for_each.h"

#include "base/cancel.h"

namespace snaptree {
namespace {

constexpr uint64_t kWholeBytes = uint64_t{64} << 10;

}  // namespace

Status ReadAhead::Open(OpenedFile* file) {
  SNAPTREE_TRY(CheckCancelled());
  file->whole = false;
  SNAPTREE_ASSIGN(file->content, source_.Open(file->path));
  const uint64_t size = file->content->size();
  if (size > kWholeBytes) return {};
  file->bytes.resize(static_cast<size_t>(size));
  SNAPTREE_ASSIGN(const size_t n, file->content->ReadAt(0, file->bytes.data(), file->bytes.size()));
  if (n != size) {
    return EnvironmentError("ChangedWhileReading", "the file became shorter while it was read")
        .At(file->path);
  }
  file->whole = true;
  return {};
}

Status ReadAhead::Add(Slice path) {
  if (used_ == files_.size()) files_.emplace_back();
  files_[used_++].path.assign(path);
  return used_ < kFiles ? Status::Ok() : Finish();
}

Status ReadAhead::Finish() {
  const size_t n = std::exchange(used_, 0);
  SNAPTREE_TRY(
      ForEach(workers_, n, [&](size_t i) { return findings_.TakeError(Open(&files_[i])); }));
  for (size_t i = 0; i < n; ++i) {
    if (files_[i].content != nullptr) SNAPTREE_TRY(take_(files_[i]));
    files_[i].content.reset();
  }
  return {};
}

}  // namespace snaptree
