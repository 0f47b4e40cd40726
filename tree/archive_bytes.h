// The bytes of a tar archive, unpacked when they stand in zstd: any number of frames, with
// skippable ones between.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/result.h"

namespace snaptree {

class ArchiveBytes {
 public:
  // `file` must outlive this.
  static Result<std::unique_ptr<ArchiveBytes>> Open(const InputFile& file);
  virtual ~ArchiveBytes() = default;

  // The next bytes, empty at the end; the view lives until the next call. "ArchiveTruncated",
  // "ArchiveCorrupt".
  virtual Result<Slice> Next() = 0;
  // Passes over up to n bytes without reading them, where that is possible; how many.
  virtual uint64_t Skip(uint64_t n) = 0;
  virtual uint64_t position() const = 0;  // in the file
  virtual bool packed() const = 0;
};

}  // namespace snaptree
