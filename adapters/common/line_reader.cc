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
  return true;
}

Result<bool> LineReader::Next(Slice* line) {
  for (;;) {
    const void* newline =
        scanned_ == end_ ? nullptr : std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_);
    if (newline != nullptr) {
      const auto stop = static_cast<size_t>(static_cast<const char*>(newline) - buffer_.data());
      *line = Slice(buffer_.data() + begin_, stop - begin_);
      begin_ = stop + 1;
      scanned_ = begin_;
      ++number_;
      return true;
    }
    scanned_ = end_;
    if (end_ - begin_ > limit_) {
      ++number_;
      return At(DataError("LineTooLong", "the line is longer than any record can be")
                    .Expected("at most " + HumanBytes(limit_))
                    .Next("see what the file really is"));
    }
    SNAPTREE_ASSIGN(const bool more, Fill());
    if (more) continue;
    if (begin_ == end_) return false;
    *line = Slice(buffer_.data() + begin_, end_ - begin_);
    begin_ = end_;
    scanned_ = end_;
    ++number_;
    return true;
  }
}

Status LineReader::At(Status error) const {
  if (error.ok()) return error;
  return std::move(error).At(path()).Address("line " + std::to_string(number_));
}

}  // namespace snaptree
