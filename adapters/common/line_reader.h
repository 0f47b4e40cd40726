// A file of lines, one at a time, however large the file is. A line may be as long as `limit` says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "tree/tree_input.h"

namespace snaptree {

class LineReader {
 public:
  // The longest line of any file of the tree: a value of 256 MiB as base64 in JSON.
  static constexpr uint64_t kLongestLine = uint64_t{1} << 30;

  explicit LineReader(std::unique_ptr<TreeInputFile> file, uint64_t limit = kLongestLine)
      : file_(std::move(file)), limit_(limit) {}

  // The next line without its newline, or false at the end; a last line without a newline counts.
  // The view lives until the next call and has TreeReader::kPadding readable bytes behind it.
  // "LineTooLong" (data).
  Result<bool> Next(Slice* line);
  // The same for callers that read a line beyond the limit piece by piece: it comes as *is_long,
  // and NextPiece() gives it until a piece is empty. What is not taken of it is passed over.
  Result<bool> NextOrLong(Slice* line, bool* is_long);
  // The view lives until the next call.
  Result<Slice> NextPiece();
  uint64_t number() const { return number_; }  // of the line that Next() gave, from 1
  // In the file: of the next byte that will be handed out.
  uint64_t position() const { return read_ - (end_ - begin_); }
  const std::string& path() const { return file_->path(); }

  // Tells an error where it was met: path and line.
  Status At(Status error) const;

 private:
  Result<bool> Fill();
  Slice TakeUntil(size_t stop, size_t next);

  const std::unique_ptr<TreeInputFile> file_;
  const uint64_t limit_;
  std::string buffer_;
  size_t begin_ = 0;    // of what was not handed out yet
  size_t end_ = 0;      // of what was read: padding follows
  size_t scanned_ = 0;  // no newline between begin_ and here
  uint64_t read_ = 0;   // bytes of the file
  bool at_end_ = false;
  bool in_long_ = false;  // the rest of a long line comes next
  uint64_t number_ = 0;
};

}  // namespace snaptree
