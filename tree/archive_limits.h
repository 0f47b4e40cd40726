// What an archive may hold at most, counted while it is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "tree/tar_reader.h"

namespace snaptree {

struct ArchiveLimits {
  std::optional<uint64_t> max_entries;
  std::optional<uint64_t> max_bytes;  // of all contents
};

class ArchiveMeter {
 public:
  ArchiveMeter(std::string archive, ArchiveLimits limits)
      : archive_(std::move(archive)), limits_(limits) {}

  // Counts an entry before its content is read. "ArchiveTooLarge"; "ArchiveCorrupt" for a size that
  // no disk holds.
  Status Take(const TarEntry& entry);
  // A piece of the content of an entry. "ArchiveCorrupt" when it is beyond the entry's size.
  Status CheckPiece(const TarEntry& entry, uint64_t offset, Slice bytes) const;
  uint64_t entries() const { return entries_; }  // that were taken

 private:
  Status TooLarge(const TarEntry& entry, const std::string& limit) const;

  const std::string archive_;
  const ArchiveLimits limits_;
  uint64_t entries_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace snaptree
