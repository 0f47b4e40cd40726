// Bytes that are kept until all of them are there: a few in memory, many in an unnamed scratch
// file. For one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

class SpooledBytes {
 public:
  static constexpr size_t kMemoryBytes = size_t{4} << 20;

  // scratch_folder: called when there are too many bytes for the memory.
  explicit SpooledBytes(const std::function<Result<std::string>()>& scratch_folder)
      : scratch_folder_(scratch_folder) {}

  Status Append(Slice bytes);
  Status AppendHole(uint64_t size);
  uint64_t size() const { return size_; }

  // Gives all of them, in pieces.
  Status ForEachPiece(const std::function<Status(Slice)>& take);
  void Clear();

 private:
  Status Spill();

  const std::function<Result<std::string>()>& scratch_folder_;
  std::string memory_;  // those that are not in the file, which come last
  UniqueFd file_;
  std::string name_;
  uint64_t size_ = 0;
};

}  // namespace snaptree
