#include "tree/tar_writer.h"

#include <algorithm>

#include "base/cancel.h"
#include "tree/tar_header.h"

namespace snaptree {
namespace {

constexpr size_t kZerosBytes = size_t{64} << 10;

}  // namespace

Status TarWriter::BeginFile(Slice path, uint64_t size) {
  if (size > INT64_MAX) {
    return EnvironmentError("Internal", "a file is larger than an archive can hold").At(path);
  }
  path_.assign(path);
  size_ = left_ = size;
  header_.clear();
  AppendTarHeader(&header_, path, TarKind::kFile, size);
  return take_(header_);
}

Status TarWriter::Take(uint64_t size) {
  if (size > left_) {
    return EnvironmentError("Internal", "a file became longer than was announced")
        .At(path_)
        .Expected(std::to_string(size_) + " bytes");
  }
  left_ -= size;
  return {};
}

Status TarWriter::Append(Slice bytes) {
  SNAPTREE_TRY(Take(bytes.size()));
  return take_(bytes);
}

Status TarWriter::AppendNulls(uint64_t size) {
  static const std::string zeros(kZerosBytes, '\0');
  while (size > 0) {
    SNAPTREE_TRY(CheckCancelled());
    const auto n = static_cast<size_t>(std::min<uint64_t>(size, zeros.size()));
    SNAPTREE_TRY(take_(Slice(zeros).substr(0, n)));
    size -= n;
  }
  return {};
}

Status TarWriter::AppendZeros(uint64_t size) {
  SNAPTREE_TRY(Take(size));
  return AppendNulls(size);
}

Status TarWriter::EndFile() {
  if (left_ > 0) {
    return EnvironmentError("Internal", "a file became shorter than was announced")
        .At(path_)
        .Expected(std::to_string(size_) + " bytes")
        .Found(std::to_string(size_ - left_));
  }
  return AppendNulls((kTarBlockBytes - size_ % kTarBlockBytes) % kTarBlockBytes);
}

Status TarWriter::AddFolder(Slice path) {
  header_.clear();
  AppendTarHeader(&header_, path, TarKind::kFolder, 0);
  return take_(header_);
}

}  // namespace snaptree
