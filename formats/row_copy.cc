#include "formats/row_copy.h"

#include <algorithm>
#include <utility>

#include "base/coding.h"
#include "formats/fsm_format.h"
#include "formats/row_stream_source.h"

namespace snaptree {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

class PlainContainer : public Container {
 public:
  PlainContainer(std::shared_ptr<const InputFile> file, Extent rows,
                 std::optional<uint64_t> payload_end, ContainerInfo info)
      : source_(std::move(file), rows), payload_end_(payload_end), info_(std::move(info)) {}

  const ContainerInfo& info() const override { return info_; }
  const RowSource& rows() const override { return source_; }
  std::optional<uint64_t> payload_end() const override { return payload_end_; }
  std::unique_ptr<ScanCursor> OpenScan() override { return std::make_unique<Cursor>(*this); }
  Status Diagnose(Status damage) const override { return damage; }

 private:
  class Cursor : public ScanCursor {
   public:
    explicit Cursor(const PlainContainer& container)
        : container_(container),
          cursor_(*container.source_.file(), container.source_.extent(),
                  RowStreamCursor::Mode::kSkip) {}
    Result<std::span<const Row>> NextBatch() override { return cursor_.NextBatch(); }
    uint64_t bytes_read() const override {
      return std::min(cursor_.position(), container_.info_.bytes);
    }
    // A row that does not begin is no error of the cursor.
    Status Finish(Findings*) override {
      const RowStreamSource& source = container_.source_;
      if (cursor_.position() == source.extent().end) return {};
      return DataError("TrailingBytes", "bytes after the last row are no row")
          .At(source.name(), cursor_.position());
    }

   private:
    const PlainContainer& container_;
    RowStreamCursor cursor_;
  };

  RowStreamSource source_;
  std::optional<uint64_t> payload_end_;
  ContainerInfo info_;
};

}  // namespace

std::unique_ptr<Container> NewPlainContainer(std::shared_ptr<const InputFile> file, Extent rows,
                                             std::optional<uint64_t> payload_end,
                                             ContainerInfo info) {
  return std::make_unique<PlainContainer>(std::move(file), rows, payload_end, std::move(info));
}

Result<RowCopy> RowCopy::Create(const std::string& folder, std::string name,
                                uint64_t last_commit_ts) {
  SNAPTREE_ASSIGN(UniqueFd out, OpenUnnamedFile(folder));
  RowCopy copy(std::move(out), folder, std::move(name));
  copy.buffer_.reserve(kBufferBytes);
  copy.buffer_ = kRowStreamMagic;
  AppendLe64(&copy.buffer_, last_commit_ts);
  return copy;
}

// The file has no name: what is short of space is its folder.
Status RowCopy::Write(Slice bytes) {
  Status written = WriteFully(out_.get(), bytes, folder_);
  return written.ok() ? Status::Ok() : std::move(written).Address(name_);
}

Status RowCopy::Flush() {
  SNAPTREE_TRY(Write(buffer_));
  buffer_.clear();
  return {};
}

Status RowCopy::Begin(Slice key, uint64_t value_size) {
  if (buffer_.size() + key.size() > kBufferBytes) SNAPTREE_TRY(Flush());
  AppendLe64(&buffer_, key.size());
  buffer_.append(key);
  AppendLe64(&buffer_, value_size);
  return {};
}

Status RowCopy::Append(Slice value_piece) {
  if (buffer_.size() + value_piece.size() > kBufferBytes) SNAPTREE_TRY(Flush());
  if (value_piece.size() >= kBufferBytes) return Write(value_piece);
  buffer_.append(value_piece);
  return {};
}

Status RowCopy::AppendFrom(const RowSource& source, uint64_t value_position, uint64_t value_size) {
  for (uint64_t from = 0; from < value_size;) {
    if (buffer_.size() >= kBufferBytes) SNAPTREE_TRY(Flush());
    const size_t filled = buffer_.size();
    const auto piece =
        static_cast<size_t>(std::min<uint64_t>(value_size - from, kBufferBytes - filled));
    buffer_.resize(filled + piece);
    SNAPTREE_TRY(source.ReadValue(value_position, from, buffer_.data() + filled, piece));
    from += piece;
  }
  return {};
}

Result<std::unique_ptr<Container>> RowCopy::Finish(ContainerInfo info) {
  SNAPTREE_TRY(Flush());
  SNAPTREE_ASSIGN(InputFile file, InputFile::FromFd(std::move(out_), std::move(name_)));
  const Extent rows{kRowStreamHeaderBytes, file.size()};
  return NewPlainContainer(std::make_shared<InputFile>(std::move(file)), rows, std::nullopt,
                           std::move(info));
}

}  // namespace snaptree
