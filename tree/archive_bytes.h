// The bytes of a tar archive, unpacked when they stand in zstd: any number of frames, with
// skippable ones between.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "tree/archive_feed.h"

namespace snaptree {

class ArchiveBytes {
 public:
  static Result<std::unique_ptr<ArchiveBytes>> Open(std::unique_ptr<ArchiveFeed> feed);
  virtual ~ArchiveBytes() = default;

  // The next bytes, empty at the end; the view lives until the next call. "ArchiveTruncated",
  // "ArchiveCorrupt".
  virtual Result<Slice> Next() = 0;
  // Passes over up to n bytes without reading them, where that is possible; how many.
  virtual uint64_t Skip(uint64_t n) = 0;
  virtual uint64_t position() const = 0;  // in the file
  virtual bool packed() const = 0;
  virtual const std::string& name() const = 0;
};

}  // namespace snaptree
