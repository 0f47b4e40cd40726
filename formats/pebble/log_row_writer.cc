#include <algorithm>

#include "base/cancel.h"
#include "base/coding.h"
#include "formats/pebble/log_row_file.h"
#include "formats/pebble/log_row_format.h"

namespace snaptree {
namespace {

constexpr size_t kPieceBytes = size_t{256} << 10;
constexpr size_t kOutBytes = size_t{256} << 10;

void AppendLe32(std::string* out, uint32_t v) {
  out->append(reinterpret_cast<const char*>(&v), sizeof v);
}

}  // namespace

LogRowWriter::LogRowWriter(const std::string& scratch_folder, SorterOptions sorter)
    : scratch_folder_(scratch_folder), sorter_(std::move(sorter)) {}

Status LogRowWriter::Open() {
  if (fd_.valid()) return {};
  SNAPTREE_ASSIGN(fd_, OpenUnnamedFile(scratch_folder_));
  return {};
}

Status LogRowWriter::Write(Slice bytes) {
  SNAPTREE_TRY(Open());
  SNAPTREE_TRY(WriteFully(fd_.get(), bytes, "the replayed logs in " + scratch_folder_));
  written_ += bytes.size();
  return {};
}

Status LogRowWriter::CopyLargeValue(const BatchOperation& operation, const RecordBytes& record) {
  for (uint64_t done = 0; done < operation.value_size; done += piece_.size()) {
    SNAPTREE_TRY(CheckCancelled());
    piece_.resize(
        static_cast<size_t>(std::min<uint64_t>(kPieceBytes, operation.value_size - done)));
    SNAPTREE_TRY(record.Read(operation.value_at + done, piece_.data(), piece_.size()));
    SNAPTREE_TRY(Write(piece_));
  }
  return {};
}

Status LogRowWriter::Add(const BatchOperation& operation, RecordBytes* record) {
  key_.resize(static_cast<size_t>(operation.key_size));
  SNAPTREE_TRY(record->Read(operation.key_at, key_.data(), key_.size()));
  const uint64_t value_size = IsSet(operation.kind) ? operation.value_size : 0;
  rest_.clear();
  AppendLe64(&rest_, TrailerOf(operation.sequence, operation.kind));
  AppendLe64(&rest_, value_size);
  if (value_size > kMaxInlineValue) {
    AppendLe64(&rest_, written_);
    SNAPTREE_TRY(CopyLargeValue(operation, *record));
  }
  const size_t head = rest_.size();
  rest_.resize(head + InlineBytes(value_size));
  SNAPTREE_TRY(record->Read(operation.value_at, rest_.data() + head, rest_.size() - head));
  return sorter_.Add(key_, rest_);
}

// Pairs come in the order of their keys; of one key in the order in which they were added, so that
// the last one is the newest.
Status LogRowWriter::WriteRows(LogRowIndex* index) {
  std::string out;
  size_t last = 0;  // where the last row begins in `out`
  Slice key;
  Slice rest;
  uint64_t ticks = 0;
  for (;;) {
    if (++ticks % 1024 == 0) SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, sorter_.Next(&key, &rest));
    if (!more) break;
    const bool any = out.size() > last;
    if (any &&
        Slice(out).substr(last + kRowHeadBytes, LoadLe<uint32_t>(out.data() + last)) == key) {
      out.resize(last);
    } else if (out.size() >= kOutBytes) {
      SNAPTREE_TRY(Write(out));
      out.clear();
    }
    last = out.size();
    index->Add(key, written_ + last);
    AppendLe32(&out, static_cast<uint32_t>(key.size()));
    AppendLe32(&out, static_cast<uint32_t>(rest.size()));
    out += key;
    out += rest;
  }
  return Write(out);
}

Result<std::unique_ptr<LogRowFile>> LogRowWriter::Finish(std::string name) {
  const uint64_t rows_begin = written_;
  LogRowIndex index;
  SNAPTREE_TRY(sorter_.Finish());
  SNAPTREE_TRY(WriteRows(&index));
  sorter_.Reset();
  SNAPTREE_ASSIGN(InputFile file, InputFile::FromFd(std::move(fd_), std::move(name)));
  return std::make_unique<LogRowFile>(std::move(file), rows_begin, std::move(index));
}

}  // namespace snaptree
