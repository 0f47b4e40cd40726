#include "adapters/common/line_file.h"

namespace snaptree {
namespace {

constexpr size_t kHandBytes = size_t{256} << 10;

}  // namespace

Status LineFile::Append(Slice text) {
  buffer_.append(text);
  return buffer_.size() < kHandBytes ? Status::Ok() : Hand();
}

Status LineFile::Hand() {
  if (file_ == nullptr) {
    SNAPTREE_ASSIGN(file_, sink_.CreateFile(path_));
  }
  SNAPTREE_TRY(file_->Append(buffer_));
  buffer_.clear();
  return {};
}

Status LineFile::Close() {
  if (file_ == nullptr) return buffer_.empty() ? Status::Ok() : sink_.WriteFile(path_, buffer_);
  SNAPTREE_TRY(Hand());
  return file_->Close();
}

}  // namespace snaptree
