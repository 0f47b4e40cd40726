#include "formats/pebble/log_row_file.h"

#include <algorithm>
#include <cstring>

#include "base/cancel.h"
#include "base/coding.h"
#include "formats/pebble/log_row_format.h"

namespace snaptree {
namespace {

constexpr size_t kWindowBytes = size_t{256} << 10;
constexpr size_t kBatchRows = 128;
constexpr uint64_t kViewBytes = uint64_t{64} << 10;
constexpr uint64_t kViewBack = uint64_t{4} << 10;

constexpr size_t kMaxIndexEntries = 4096;
constexpr size_t kIndexKeyBytes = 128;

class Cursor : public EntryCursor {
 public:
  Cursor(const InputFile& file, Extent rows) : file_(file), offset_(rows.begin), end_(rows.end) {}

  Result<std::span<const Row>> NextBatch() override {
    SNAPTREE_TRY(CheckCancelled());
    count_ = 0;
    Parse();
    if (count_ == 0 && position() < end_) {
      SNAPTREE_TRY(Refill());
      Parse();
    }
    return std::span<const Row>(rows_.data(), count_);
  }
  std::span<const uint64_t> trailers() const override { return {trailers_.data(), count_}; }

 private:
  uint64_t position() const { return offset_ + begin_; }

  // All of the row at position(), and more behind it.
  Status Refill() {
    offset_ += begin_;
    begin_ = 0;
    filled_ = 0;
    SNAPTREE_TRY(Fill(kWindowBytes));
    const uint64_t needed = SizeOfRow();
    return needed <= filled_ ? Status::Ok() : Fill(static_cast<size_t>(needed));
  }
  Status Fill(size_t wanted) {
    wanted = static_cast<size_t>(std::min<uint64_t>(wanted, file_.size() - offset_));
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    SNAPTREE_TRY(
        file_.ReadExactlyAt(offset_ + filled_, buffer_.data() + filled_, wanted - filled_));
    filled_ = wanted;
    return {};
  }
  // REQUIRES: its head is in the buffer.
  uint64_t SizeOfRow() const {
    const char* const row = buffer_.data() + begin_;
    return kRowHeadBytes + uint64_t{LoadLe<uint32_t>(row)} + LoadLe<uint32_t>(row + 4);
  }

  // Rows that are completely in the buffer.
  void Parse() {
    while (count_ < kBatchRows && position() < end_ && filled_ - begin_ >= kRowHeadBytes) {
      const uint64_t size = SizeOfRow();
      if (size > filled_ - begin_) return;
      Take(buffer_.data() + begin_, static_cast<size_t>(size));
      begin_ += static_cast<size_t>(size);
    }
  }
  void Take(const char* row, size_t size) {
    const size_t key_size = LoadLe<uint32_t>(row);
    const char* rest = row + kRowHeadBytes + key_size;
    trailers_[count_] = LoadLe64(rest);
    const uint64_t value_size = LoadLe64(rest + 8);
    rest += 16;
    uint64_t value_position = 0;
    if (value_size > kMaxInlineValue) {
      value_position = LoadLe64(rest);
      rest += 8;
    } else {
      value_position = position() + static_cast<size_t>(rest - row);
    }
    rows_[count_++] = {Slice(row + kRowHeadBytes, key_size),
                       Slice(rest, InlineBytes(value_size)),
                       value_size,
                       value_position,
                       position(),
                       position() + size};
  }

  const InputFile& file_;
  uint64_t offset_;  // of the buffer's first byte
  uint64_t end_;
  std::vector<char> buffer_;
  size_t begin_ = 0;  // not parsed yet
  size_t filled_ = 0;
  std::vector<Row> rows_ = std::vector<Row>(kBatchRows);
  std::vector<uint64_t> trailers_ = std::vector<uint64_t>(kBatchRows);
  size_t count_ = 0;
};

}  // namespace

void LogRowIndex::Add(Slice key, uint64_t position) {
  if (!entries_.empty() && position < entries_.back().position + every_) return;
  entries_.push_back({std::string(key.substr(0, kIndexKeyBytes)), position});
  if (entries_.size() < kMaxIndexEntries) return;
  size_t kept = 0;
  for (size_t i = 0; i < entries_.size(); i += 2) {
    if (kept != i) entries_[kept] = std::move(entries_[i]);
    ++kept;
  }
  entries_.resize(kept);
  every_ *= 2;
}

uint64_t LogRowIndex::Seek(Slice key) const {
  // First bytes that are below the same of `key` are of a smaller key.
  const Slice sought = key.substr(0, kIndexKeyBytes);
  const auto after = std::lower_bound(entries_.begin(), entries_.end(), sought,
                                      [](const Entry& e, Slice k) { return e.key < k; });
  return after == entries_.begin() ? 0 : std::prev(after)->position;
}

std::unique_ptr<EntryCursor> LogRowFile::OpenCursor(Extent extent) const {
  const Extent rows{std::max(extent.begin, rows_begin_), std::min(extent.end, file_.size())};
  return std::make_unique<Cursor>(file_, rows);
}

Status LogRowFile::ReadValue(uint64_t value_position, uint64_t from, char* out, size_t n) const {
  return file_.ReadExactlyAt(value_position + from, out, n);
}

Result<Slice> LogRowFile::View(uint64_t value_position, size_t n, ViewBuffer* buffer) const {
  const uint64_t begin = buffer->begin;
  if (value_position < begin || value_position + n > begin + buffer->bytes.size()) {
    const uint64_t back = std::min(kViewBack, value_position);
    buffer->begin = value_position - back;
    const uint64_t wanted = std::max<uint64_t>(kViewBytes, back + n);
    buffer->bytes.resize(
        static_cast<size_t>(std::min<uint64_t>(wanted, file_.size() - buffer->begin)));
    SNAPTREE_TRY(file_.ReadExactlyAt(buffer->begin, buffer->bytes.data(), buffer->bytes.size()));
  }
  return Slice(buffer->bytes).substr(static_cast<size_t>(value_position - buffer->begin), n);
}

}  // namespace snaptree
