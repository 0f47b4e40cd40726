#include "formats/fsm_container.h"

#include <algorithm>
#include <array>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/text.h"
#include "formats/family_table.h"
#include "formats/footer_check.h"
#include "formats/fsm_format.h"
#include "formats/row_stream_source.h"
#include "formats/scan.h"
#include "formats/single_bit_error.h"

namespace snaptree {
namespace {

class FsmContainer;

class FsmScanCursor : public ScanCursor {
 public:
  FsmScanCursor(FsmContainer& container, Extent rows, uint32_t crc_before);

  Result<std::span<const Row>> NextBatch() override;
  uint64_t bytes_read() const override { return cursor_.position(); }
  Status Finish(Findings* findings) override;

 private:
  Status WithoutFooter(Findings* findings);
  Status CheckFooter();
  Status CheckLastRow();

  FsmContainer& container_;
  RowStreamCursor cursor_;
  Extent last_row_key_;  // the last row from its beginning to its value
  bool saw_last_commit_row_ = false;
};

class FsmContainer : public Container {
 public:
  FsmContainer(std::shared_ptr<const InputFile> file, FsmEnvelope envelope, ContainerInfo info,
               Extent rows)
      : source_(std::move(file), rows), envelope_(std::move(envelope)), info_(std::move(info)) {}

  const ContainerInfo& info() const override { return info_; }
  const RowSource& rows() const override { return source_; }
  std::optional<uint64_t> payload_end() const override { return source_.extent().end; }
  std::unique_ptr<ScanCursor> OpenScan() override {
    return std::make_unique<FsmScanCursor>(*this, Extent{source_.extent().begin, file().size()},
                                           crc_before_rows_);
  }
  Status Diagnose(Status damage) const override;

  const InputFile& file() const { return *source_.file(); }
  bool proven() const { return envelope_.proven; }
  bool has_fsm_header() const { return envelope_.hlc_ceiling_ms.has_value(); }
  void SetRowsEnd(uint64_t end) { source_.SetExtent({source_.extent().begin, end}); }
  void SetCrc(uint32_t crc) { info_.crc32c = crc; }
  Status ChecksumBefore(uint64_t rows_begin);

 private:
  RowStreamSource source_;
  FsmEnvelope envelope_;
  ContainerInfo info_;
  uint32_t crc_before_rows_ = 0;
};

Status FsmContainer::ChecksumBefore(uint64_t rows_begin) {
  SNAPTREE_ASSIGN(crc_before_rows_, FileCrc32c(file(), {0, rows_begin}));
  return {};
}

Status FsmContainer::Diagnose(Status damage) const {
  return DiagnoseByFooter(file(), std::move(damage),
                          [this](std::shared_ptr<const InputFile> mended,
                                 BitPosition bit) -> std::optional<std::string> {
                            FsmContainer whole(std::move(mended), envelope_, info_,
                                               source_.extent());
                            if (!whole.ChecksumBefore(source_.extent().begin).ok() ||
                                !ScanContainer(whole, {}).ok() || !whole.info().crc32c) {
                              return std::nullopt;
                            }
                            return DescribeOffset(whole.source_, bit.offset);
                          });
}

FsmScanCursor::FsmScanCursor(FsmContainer& container, Extent rows, uint32_t crc_before)
    : container_(container),
      cursor_(container.file(), rows, RowStreamCursor::Mode::kChecksum, crc_before) {}

Result<std::span<const Row>> FsmScanCursor::NextBatch() {
  Result<std::span<const Row>> batch = cursor_.NextBatch();
  if (batch.ok() && !batch->empty())
    last_row_key_ = {batch->back().position, batch->back().value_position};
  if (batch.ok() && !saw_last_commit_row_) {
    // The row sorts behind all families, so only a batch that ends behind it can hold it.
    const auto rows = *batch;
    if (!rows.empty() && rows.back().key >= kMetaLastCommitTs) {
      saw_last_commit_row_ = std::any_of(rows.begin(), rows.end(),
                                         [](const Row& r) { return r.key == kMetaLastCommitTs; });
    }
  }
  return batch;
}

Status FsmScanCursor::Finish(Findings* findings) {
  const InputFile& file = container_.file();
  const uint64_t rows_end = cursor_.position();
  container_.SetRowsEnd(rows_end);
  const uint64_t rest = file.size() - rows_end;
  if (rest == kFooterBytes) return CheckFooter();
  if (rest == 0) return WithoutFooter(findings);
  return DataError("TrailingBytes", "bytes after the last row are neither a row nor a footer")
      .At(file.path(), rows_end)
      .Expected("4 bytes of footer")
      .Found(std::to_string(rest) + " bytes")
      .Next(
          "the file was cut or bytes were added: get it again from the node; --salvage reads what "
          "is whole");
}

Status FsmScanCursor::CheckFooter() {
  SNAPTREE_ASSIGN(const uint32_t computed, cursor_.FinishChecksum());
  SNAPTREE_ASSIGN(const uint32_t stored,
                  snaptree::CheckFooter(container_.file(), cursor_.position(), computed));
  container_.SetCrc(stored);
  return {};
}

// One wrong bit in the last row's lengths can make that row take in the footer, and the file look
// like one without.
Status FsmScanCursor::CheckLastRow() {
  if (last_row_key_.size() == 0) return {};
  const InputFile& file = container_.file();
  const uint64_t covered = file.size() - kFooterBytes;
  std::array<char, kFooterBytes> footer{};
  SNAPTREE_TRY(file.ReadExactlyAt(covered, footer.data(), footer.size()));
  SNAPTREE_ASSIGN(const uint32_t computed, cursor_.FinishChecksum());
  const uint32_t stored = LoadBe32(footer.data());
  const auto bit = LocateSingleBitError(computed, stored, covered, last_row_key_.begin);
  const bool in_a_length =
      bit && (bit->offset < last_row_key_.begin + kLengthBytes ||
              (bit->offset >= last_row_key_.end - kLengthBytes && bit->offset < last_row_key_.end));
  if (stored != computed && !in_a_length) return {};
  return DataError("RowLength", "the last row takes in the footer")
      .At(file.path(), last_row_key_.begin)
      .Expected("crc32c " + Hex32(stored) + " over " + std::to_string(covered) + " bytes")
      .Found(Hex32(computed))
      .Next("copy the file again or take an older one; --salvage reads it as it is");
}

// Legal for encoder output, offloaded payloads and receive spools, but nothing proves that the file
// is whole.
Status FsmScanCursor::WithoutFooter(Findings* findings) {
  if (container_.proven()) return {};
  SNAPTREE_TRY(CheckLastRow());
  const InputFile& file = container_.file();
  const bool live_store = container_.has_fsm_header() && container_.info().last_commit_ts > 0;
  if (live_store && !saw_last_commit_row_) {
    return DataError("PayloadTruncated",
                     "the file has no footer and lacks the row that ends every store")
        .At(file.path(), cursor_.position())
        .Expected("a row " + std::string(kMetaLastCommitTs) + " and 4 bytes of footer")
        .Found("the end of the file")
        .Next("the file was cut: get it again from the node; --salvage reads what is there");
  }
  findings->Add(container_.has_fsm_header() ? Severity::kWarning : Severity::kNote, "no_checksum",
                "the file has no footer: a file cut exactly between two rows looks the same",
                file.path());
  return {};
}

}  // namespace

Result<FsmEnvelope> ReadFsmEnvelope(const InputFile& file) {
  if (file.size() == 0) {
    return DataError("InputEmpty", "the file is empty")
        .At(file.path())
        .Expected("a snapshot")
        .Found("0 bytes")
        .Next("a spool that never received data looks like this: take another snapshot");
  }
  std::array<char, kFsmHeader2FixedBytes + kFsmHeader2MinLength> head{};
  SNAPTREE_ASSIGN(const size_t got, file.ReadAt(0, head.data(), head.size()));
  const Slice bytes(head.data(), got);
  FsmEnvelope envelope;
  if (bytes.starts_with(kFsmMagicFamily) && got >= kMagicBytes) {
    const Slice magic = bytes.substr(0, kMagicBytes);
    envelope.format = magic;
    size_t fields_at = kMagicBytes;
    if (magic == kFsmMagic1) {
      envelope.payload_begin = kFsmHeader1Bytes;
    } else if (magic == kFsmMagic2) {
      // A file that ends before the length is cut, whatever the length was.
      const uint16_t length =
          got >= kFsmHeader2FixedBytes ? LoadBe16(head.data() + kMagicBytes) : kFsmHeader2MinLength;
      if (length < kFsmHeader2MinLength || length > kFsmHeader2MaxLength) {
        return DataError("FsmHeaderLength", "the header's length is out of range")
            .At(file.path(), kMagicBytes)
            .Expected("16 to 1024")
            .Found(std::to_string(length));
      }
      envelope.payload_begin = kFsmHeader2FixedBytes + length;
      fields_at = kFsmHeader2FixedBytes;
    } else {
      return DataError("FsmHeaderUnknown", "unknown version of the FSM header")
          .At(file.path(), 0)
          .Expected("EKVTHLC1 or EKVTHLC2")
          .Found("\"" + Printable(magic) + "\"")
          .Next("written by a newer server? look for a newer snaptree");
    }
    if (file.size() < envelope.payload_begin) {
      return DataError("PayloadTruncated", "the file ends inside its header")
          .At(file.path(), file.size())
          .Expected("at least " + std::to_string(envelope.payload_begin) + " bytes")
          .Found(std::to_string(file.size()))
          .Next("get the file again from the node or a copy");
    }
    envelope.hlc_ceiling_ms = LoadBe64(head.data() + fields_at);
    if (magic == kFsmMagic2) envelope.raft_cutover_index = LoadBe64(head.data() + fields_at + 8);
  }
  std::array<char, kMagicBytes> payload{};
  SNAPTREE_ASSIGN(const size_t magic_size,
                  file.ReadAt(envelope.payload_begin, payload.data(), payload.size()));
  envelope.payload_magic.assign(payload.data(), magic_size);
  return envelope;
}

uint64_t FsmEnvelope::RowsBegin() const {
  if (without_magic) return payload_begin + kRowStreamHeaderBytes - kMagicBytes;
  return payload_begin + (payload_magic == kRowStreamMagic ? kRowStreamHeaderBytes : 0);
}

std::string FsmEnvelope::StreamFormat() const {
  const bool rows = without_magic || payload_magic == kRowStreamMagic;
  if (!rows) return format.empty() ? "empty" : format;
  return format + (format.empty() ? "" : "+") +
         (without_magic ? "rows-without-magic" : std::string(kRowStreamMagic));
}

Result<std::unique_ptr<Container>> OpenFsmContainer(std::shared_ptr<const InputFile> file,
                                                    FsmEnvelope envelope, ContainerInfo info) {
  const uint64_t rows_begin = envelope.RowsBegin();
  if (rows_begin > envelope.payload_begin) {
    if (file->size() < rows_begin) {
      return DataError("PayloadTruncated", "the file ends inside the header of its row stream")
          .At(file->path(), file->size())
          .Expected("at least " + std::to_string(rows_begin) + " bytes")
          .Found(std::to_string(file->size()))
          .Next("get the file again from the node or a copy");
    }
    std::array<char, 8> timestamp{};
    SNAPTREE_TRY(
        file->ReadExactlyAt(rows_begin - timestamp.size(), timestamp.data(), timestamp.size()));
    info.last_commit_ts = LoadLe64(timestamp.data());
  }
  info.format = envelope.StreamFormat();
  info.bytes = file->size();
  info.hlc_ceiling_ms = envelope.hlc_ceiling_ms;
  info.raft_cutover_index = envelope.raft_cutover_index;
  const Extent rows{rows_begin, file->size()};
  auto container =
      std::make_unique<FsmContainer>(std::move(file), std::move(envelope), std::move(info), rows);
  SNAPTREE_TRY(container->ChecksumBefore(rows_begin));
  return std::unique_ptr<Container>(std::move(container));
}

std::optional<uint64_t> SnapshotIndexOfName(std::string_view path) {
  std::string_view name = path.substr(path.find_last_of('/') + 1);
  if (name.ends_with(".zst")) name.remove_suffix(4);
  if (!name.ends_with(".fsm")) return std::nullopt;
  name.remove_suffix(4);
  if (name.size() == 16) {
    if (const auto bytes = ParseHex(name)) return LoadBe64(bytes->data());
  }
  return ParseU64(name);
}

}  // namespace snaptree
