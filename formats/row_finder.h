// Finds rows in a row stream whose framing cannot be trusted, for salvage: after a break, where do
// rows go on? A row alone proves little, as values may hold anything; a chain of rows with
// ascending keys, sound value headers and timestamps that a store can have given does.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "base/file.h"
#include "formats/fsm_format.h"
#include "formats/row.h"

namespace snaptree {

// Reads small pieces of a file near one another through one buffer.
class FileWindow {
 public:
  FileWindow(const InputFile& file, size_t size) : file_(file), size_(size) {}
  // Up to n bytes at offset; fewer at the end of the file. The view lives until the next call.
  Result<Slice> At(uint64_t offset, size_t n) {
    if (offset < begin_ || offset + n > begin_ + bytes_.size()) {
      bytes_.resize(std::max(size_, n));
      SNAPTREE_ASSIGN(const size_t got, file_.ReadAt(offset, bytes_.data(), bytes_.size()));
      bytes_.resize(got);
      begin_ = offset;
    }
    return Slice(bytes_).substr(static_cast<size_t>(offset - begin_), n);
  }

 private:
  const InputFile& file_;
  size_t size_;
  std::string bytes_;
  uint64_t begin_ = 0;
};

struct FoundRow {
  uint64_t position = 0;
  uint64_t value_position = 0;
  uint64_t value_size = 0;
  std::string key;

  uint64_t end() const { return value_position + value_size; }
};

// Finds rows in a stream whose framing cannot be trusted.
class RowFinder {
 public:
  RowFinder(const InputFile& file, Extent extent)
      : extent_(extent), window_(file, size_t{1} << 20), chain_window_(file, size_t{64} << 10) {}

  // The row at an offset, when what stands there can be one.
  Result<std::optional<FoundRow>> RowAt(uint64_t offset) {
    return RowIn(&window_, offset, kLiveMaxKeyBytes);
  }
  // A row whose value is none, when what follows it shows that its lengths are right: it is
  // damaged, its place is not.
  Result<std::optional<FoundRow>> DamagedRowAt(uint64_t offset);
  // Whether a row begins at the offset that the end of the file cuts: what is there of it, lengths
  // and key, fits a row that follows `after_key`.
  Result<bool> IsCutRow(uint64_t offset, Slice after_key);
  // The first offset at or after `from` where a chain of rows with keys above `after_key` begins;
  // when there is none, of any rows: the key before may be what is wrong. The end of the extent
  // when there is none either.
  Result<uint64_t> NextChain(uint64_t from, Slice after_key);

 private:
  Result<std::optional<FoundRow>> RowIn(FileWindow* window, uint64_t offset, uint64_t max_key_size,
                                        bool any_value = false);
  // The key of the first row of a chain.
  Result<std::optional<std::string>> ChainAt(uint64_t offset);

  Extent extent_;
  FileWindow window_;        // moves on with the caller
  FileWindow chain_window_;  // jumps ahead, to rows that may not be any
};

}  // namespace snaptree
