#include "tree/archive_limits.h"

#include <algorithm>

#include "base/text.h"

namespace snaptree {
namespace {

constexpr uint64_t kMostBytes = uint64_t{1} << 62;

}  // namespace

Status ArchiveMeter::TooLarge(const TarEntry& entry, const std::string& limit) const {
  return DataError("ArchiveTooLarge", "the archive holds more than was allowed")
      .At(archive_)
      .Address(Printable(entry.name))
      .Expected("at most " + limit);
}

Status ArchiveMeter::Take(const TarEntry& entry) {
  if (limits_.max_entries && entries_ == *limits_.max_entries)
    return TooLarge(entry, Thousands(*limits_.max_entries) + " entries");
  ++entries_;
  if (entry.kind != TarEntry::Kind::kFile) return {};
  if (limits_.max_bytes && entry.size > *limits_.max_bytes - std::min(bytes_, *limits_.max_bytes))
    return TooLarge(entry, HumanBytes(*limits_.max_bytes));
  if (entry.size > kMostBytes - bytes_) {
    return DataError("ArchiveCorrupt", "the archive says that it holds more than any disk can")
        .At(archive_)
        .Address(Printable(entry.name))
        .Found("a file of " + HumanBytes(entry.size));
  }
  bytes_ += entry.size;
  return {};
}

Status ArchiveMeter::CheckPiece(const TarEntry& entry, uint64_t offset, Slice bytes) const {
  if (offset <= entry.size && bytes.size() <= entry.size - offset) return {};
  return DataError("ArchiveCorrupt", "an entry of the archive has more bytes than its size says")
      .At(archive_)
      .Address(Printable(entry.name));
}

}  // namespace snaptree
