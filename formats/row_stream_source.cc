#include "formats/row_stream_source.h"

#include <algorithm>
#include <cstring>

#include "base/checksum.h"
#include "base/coding.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

constexpr size_t kWindowBytes = 256 << 10;  // stays in the second-level cache
constexpr size_t kBatchRows = 128;
constexpr size_t kViewBytes = 64 << 10;
constexpr size_t kViewBack = 4 << 10;
// Of a row that is larger than the window, this much of its value is resident.
constexpr size_t kLargeValueHead = 4 << 10;

}  // namespace

std::unique_ptr<RowCursor> RowStreamSource::OpenCursor(Extent extent) const {
  return std::make_unique<RowStreamCursor>(*file_, extent, RowStreamCursor::Mode::kSkip);
}

Status RowStreamSource::ReadValue(uint64_t value_position, uint64_t from, char* out,
                                  size_t n) const {
  return file_->ReadExactlyAt(value_position + from, out, n);
}

Result<Slice> RowStreamSource::View(uint64_t value_position, size_t n, ViewBuffer* buffer) const {
  const uint64_t begin = buffer->begin;
  if (value_position < begin || value_position + n > begin + buffer->bytes.size()) {
    // A little before the value too: user keys come in another order than rows when one is a prefix
    // of another.
    const uint64_t back = std::min<uint64_t>(kViewBack, value_position - rows_.begin);
    buffer->begin = value_position - back;
    const uint64_t wanted = std::max<uint64_t>(kViewBytes, back + n);
    buffer->bytes.resize(
        static_cast<size_t>(std::min<uint64_t>(wanted, rows_.end - buffer->begin)));
    SNAPTREE_TRY(file_->ReadExactlyAt(buffer->begin, buffer->bytes.data(), buffer->bytes.size()));
  }
  return Slice(buffer->bytes).substr(static_cast<size_t>(value_position - buffer->begin), n);
}

RowStreamCursor::RowStreamCursor(const InputFile& file, Extent extent, Mode mode, uint32_t crc)
    : file_(file),
      extent_(extent),
      checked_end_(mode == Mode::kSkip
                       ? extent.begin
                       : extent.end - std::min<uint64_t>(extent.size(), kFooterBytes)),
      crc_(crc),
      buffer_(static_cast<size_t>(std::min<uint64_t>(kWindowBytes, extent.size()))),
      window_offset_(extent.begin),
      rows_(std::min<size_t>(kBatchRows,
                             static_cast<size_t>(extent.size() / (2 * kLengthBytes)) + 1)) {}

Result<uint32_t> RowStreamCursor::FinishChecksum() {
  SNAPTREE_TRY(Refill(0));  // the few bytes that make no row
  return crc_;
}

// Brings more bytes behind those that are left, `needed` at least (or all up to the end of the
// extent).
Status RowStreamCursor::Refill(size_t needed) {
  std::memmove(buffer_.data(), buffer_.data() + begin_, available());
  window_offset_ += begin_;
  end_ -= begin_;
  begin_ = 0;
  if (needed > buffer_.size()) buffer_.resize(needed);
  const uint64_t offset = window_offset_ + end_;
  const size_t n =
      static_cast<size_t>(std::min<uint64_t>(buffer_.size() - end_, extent_.end - offset));
  char* const fresh = buffer_.data() + end_;
  SNAPTREE_TRY(file_.ReadExactlyAt(offset, fresh, n));
  end_ += n;
  const uint64_t checked = std::min<uint64_t>(n, checked_end_ - std::min(checked_end_, offset));
  crc_ = ExtendCrc32c(crc_, Slice(fresh, static_cast<size_t>(checked)));
  return {};
}

// A length from the input against the bytes that are left, before anything is allocated or added.
Status RowStreamCursor::CheckLength(uint64_t length, uint64_t room, uint64_t live_limit,
                                    const char* what) const {
  if (length <= room) return {};
  const bool plausible = length <= live_limit;
  return DataError(plausible ? "PayloadTruncated" : "RowLength",
                   std::string(plausible ? "the file ends inside a row: its " : "a row's ") + what +
                       " is longer than the rest of the file")
      .At(file_.path(), position())
      .Expected("at most " + std::to_string(room) + " bytes")
      .Found(std::to_string(length))
      .Next("get the file again from the node or a copy; --salvage reads what is whole");
}

// Parses rows that are completely in the buffer; false when there is none at the front.
bool RowStreamCursor::ParseResident() {
  const char* const base = buffer_.data();
  size_t at = begin_;
  while (count_ < rows_.size()) {
    if (end_ - at < 2 * kLengthBytes) break;
    const uint64_t key_size = LoadLe64(base + at);
    if (key_size > end_ - at - 2 * kLengthBytes) break;
    const size_t value_length_at = at + kLengthBytes + static_cast<size_t>(key_size);
    const uint64_t value_size = LoadLe64(base + value_length_at);
    const size_t value_at = value_length_at + kLengthBytes;
    if (value_size > end_ - value_at) break;
    rows_[count_++] = {Slice(base + at + kLengthBytes, static_cast<size_t>(key_size)),
                       Slice(base + value_at, static_cast<size_t>(value_size)),
                       value_size,
                       window_offset_ + value_at,
                       window_offset_ + at,
                       window_offset_ + value_at + value_size};
    at = value_at + static_cast<size_t>(value_size);
  }
  const bool any = at != begin_;
  begin_ = at;
  return any;
}

// The row at the front is larger than the window, or cut, or wrong: gives it with the head of its
// value.
Status RowStreamCursor::ParseLarge() {
  const uint64_t row_at = position();
  if (available() < kLengthBytes) SNAPTREE_TRY(Refill(kLengthBytes));
  const uint64_t key_size = LoadLe64(buffer_.data() + begin_);
  const uint64_t after_length = left() - kLengthBytes;
  SNAPTREE_TRY(CheckLength(key_size, after_length, kLiveMaxKeyBytes, "key"));
  if (key_size > kMaxKeyBytes) {
    return DataError("RowLength", "a row's key is longer than any store can hold")
        .At(file_.path(), row_at)
        .Expected("at most " + std::to_string(kMaxKeyBytes) + " bytes")
        .Found(std::to_string(key_size));
  }
  SNAPTREE_TRY(CheckLength(kLengthBytes, after_length - key_size, kLengthBytes, "value length"));
  const size_t frame = 2 * kLengthBytes + static_cast<size_t>(key_size);
  const uint64_t value_room = left() - frame;
  const size_t head = frame + static_cast<size_t>(std::min<uint64_t>(value_room, kLargeValueHead));
  if (available() < head) SNAPTREE_TRY(Refill(head));
  const char* const row = buffer_.data() + begin_;
  const uint64_t value_size = LoadLe64(row + frame - kLengthBytes);
  SNAPTREE_TRY(CheckLength(value_size, value_room, kLiveMaxValueBytes, "value"));
  const size_t resident = static_cast<size_t>(std::min<uint64_t>(available() - frame, value_size));
  rows_[count_++] = {Slice(row + kLengthBytes, static_cast<size_t>(key_size)),
                     Slice(row + frame, resident),
                     value_size,
                     row_at + frame,
                     row_at,
                     row_at + frame + value_size};
  begin_ += frame + resident;
  return {};
}

// Goes to a file offset at or after position().
Status RowStreamCursor::SkipTo(uint64_t offset) {
  if (window_offset_ + end_ >= checked_end_ && offset > window_offset_ + end_) {
    window_offset_ = offset;
    begin_ = end_ = 0;
    return {};
  }
  while (position() < offset) {
    if (available() == 0) SNAPTREE_TRY(Refill(0));
    begin_ += static_cast<size_t>(std::min<uint64_t>(available(), offset - position()));
  }
  return {};
}

Result<std::span<const Row>> RowStreamCursor::NextBatch() {
  if (count_ > 0) {
    const uint64_t next = rows_[count_ - 1].end;
    count_ = 0;
    SNAPTREE_TRY(SkipTo(next));
  }
  if (left() < kLengthBytes) return std::span<const Row>();
  if (ParseResident()) return Batch();
  SNAPTREE_TRY(Refill(0));
  if (ParseResident()) return Batch();
  SNAPTREE_TRY(ParseLarge());
  return Batch();
}

}  // namespace snaptree
