#include "tree/spooled_bytes.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/cancel.h"

namespace snaptree {
namespace {

constexpr size_t kPieceBytes = size_t{256} << 10;

}  // namespace

Status SpooledBytes::Spill() {
  SNAPTREE_TRY(CheckCancelled());
  if (!file_.valid()) {
    SNAPTREE_ASSIGN(const std::string folder, scratch_folder_());
    SNAPTREE_ASSIGN(file_, OpenUnnamedFile(folder));
    name_ = "a scratch file in " + folder;
  }
  SNAPTREE_TRY(WriteFully(file_.get(), memory_, name_));
  memory_.clear();
  return {};
}

Status SpooledBytes::Append(Slice bytes) {
  size_ += bytes.size();
  if (memory_.size() + bytes.size() > kMemoryBytes) SNAPTREE_TRY(Spill());
  if (bytes.size() > kMemoryBytes) return WriteFully(file_.get(), bytes, name_);
  memory_.append(bytes);
  return {};
}

Status SpooledBytes::AppendHole(uint64_t size) {
  if (size <= kMemoryBytes - memory_.size()) {
    size_ += size;
    memory_.append(static_cast<size_t>(size), '\0');
    return {};
  }
  SNAPTREE_TRY(Spill());
  size_ += size;
  if (size > INT64_MAX || ::lseek(file_.get(), static_cast<off_t>(size), SEEK_CUR) < 0 ||
      ::ftruncate(file_.get(), ::lseek(file_.get(), 0, SEEK_CUR)) != 0) {
    return SystemError(size > INT64_MAX ? EFBIG : errno, "make a hole in", name_);
  }
  return {};
}

Status SpooledBytes::ForEachPiece(const std::function<Status(Slice)>& take) {
  if (!file_.valid()) return memory_.empty() ? Status::Ok() : take(memory_);
  SNAPTREE_TRY(Spill());
  SNAPTREE_ASSIGN(const InputFile file, InputFile::FromFd(std::move(file_), name_));
  std::string piece(kPieceBytes, '\0');
  for (uint64_t at = 0; at < size_;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const size_t n, file.ReadAt(at, piece.data(), piece.size()));
    if (n == 0) return EnvironmentError("ChangedWhileReading", "a scratch file was cut").At(name_);
    SNAPTREE_TRY(take(Slice(piece).substr(0, n)));
    at += n;
  }
  return {};
}

void SpooledBytes::Clear() {
  memory_.clear();
  file_.Reset();
  size_ = 0;
}

}  // namespace snaptree
