// Where the bytes of an archive go: as they are, or as zstd frames.
//
// Each 4 MiB of input are a frame of their own, with a content checksum, so that threads can make
// them side by side; the bytes do not depend on how many threads there are. For one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

struct ArchiveForm {
  static constexpr int kDefaultLevel = 3;
  static constexpr int kMaxLevel = 19;

  bool zstd = true;
  int level = kDefaultLevel;  // 1 to kMaxLevel
};

class ArchiveOutput {
 public:
  virtual ~ArchiveOutput() = default;

  virtual Status Write(Slice bytes) = 0;
  virtual Status Finish() = 0;         // last call
  virtual uint64_t bytes() const = 0;  // that were given on so far
};

struct ArchiveOutputOptions {
  ArchiveForm form;
  unsigned threads = 1;       // that compress, beside the caller's when there are two or more
  uint64_t memory_bytes = 0;  // no more threads than fit it; at least one
  std::function<Status(Slice)> take;
};

std::unique_ptr<ArchiveOutput> NewArchiveOutput(ArchiveOutputOptions options);

}  // namespace snaptree
