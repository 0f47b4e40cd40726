#include "adapters/common/line_reader.h"

#include <cstring>

#include "base/text.h"

namespace snaptree {

Result<bool> LineReader::Fill() {
  if (at_end_) return false;
  SNAPTREE_ASSIGN(const SharedBytes piece, file_->Next());
  if (piece->empty()) {
    at_end_ = true;
    return false;
  }
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    scanned_ -= begin_;
    begin_ = 0;
  }
  const size_t needed = end_ + piece->size() + TreeReader::kPadding;
  if (buffer_.size() < needed) buffer_.resize(needed);
  std::memcpy(buffer_.data() + end_, piece->data(), piece->size());
  end_ += piece->size();
  read_ += piece->size();
  return true;
}

// What stands before `stop`; reading goes on at `next`.
Slice LineReader::TakeUntil(size_t stop, size_t next) {
  const Slice taken(buffer_.data() + begin_, stop - begin_);
  begin_ = next;
  scanned_ = next;
  return taken;
}

Result<bool> LineReader::NextOrLong(Slice* line, bool* is_long) {
  while (in_long_) SNAPTREE_TRY(NextPiece().status());
  *is_long = false;
  for (;;) {
    const void* newline =
        scanned_ == end_ ? nullptr : std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_);
    if (newline != nullptr) {
      const auto stop = static_cast<size_t>(static_cast<const char*>(newline) - buffer_.data());
      *line = TakeUntil(stop, stop + 1);
      ++number_;
      return true;
    }
    scanned_ = end_;
    if (end_ - begin_ > limit_) {
      scanned_ = begin_;
      ++number_;
      *is_long = in_long_ = true;
      return true;
    }
    SNAPTREE_ASSIGN(const bool more, Fill());
    if (more) continue;
    if (begin_ == end_) return false;
    *line = TakeUntil(end_, end_);
    ++number_;
    return true;
  }
}

Result<Slice> LineReader::NextPiece() {
  if (!in_long_) return Slice();
  if (begin_ == end_) {
    SNAPTREE_ASSIGN(in_long_, Fill());
    if (!in_long_) return Slice();
  }
  const void* newline = std::memchr(buffer_.data() + begin_, '\n', end_ - begin_);
  if (newline == nullptr) return TakeUntil(end_, end_);
  in_long_ = false;
  const auto stop = static_cast<size_t>(static_cast<const char*>(newline) - buffer_.data());
  return TakeUntil(stop, stop + 1);
}

Result<bool> LineReader::Next(Slice* line) {
  bool is_long = false;
  SNAPTREE_ASSIGN(const bool more, NextOrLong(line, &is_long));
  if (!is_long) return more;
  return At(DataError("LineTooLong", "the line is longer than any record can be")
                .Expected("at most " + HumanBytes(limit_))
                .Next("see what the file really is"));
}

Status LineReader::At(Status error) const {
  if (error.ok()) return error;
  return std::move(error).At(path()).Address("line " + std::to_string(number_));
}

}  // namespace snaptree
