#include "formats/bundle/bundle_scan.h"

#include <utility>

#include "base/text.h"
#include "formats/footer_check.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

constexpr uint64_t kSetTrailer = TrailerOf(0, EntryKind::kSet);
constexpr uint64_t kSetWithDeleteTrailer = TrailerOf(0, EntryKind::kSetWithDelete);
constexpr char kUnknownWriter[] =
    "its checksum holds, so a writer that snaptree does not know made it, not the disk";

}  // namespace

BundleScanCursor::BundleScanCursor(const BundleRows& rows, bool proven,
                                   std::optional<uint32_t>* crc32c)
    : rows_(rows), proven_(proven), crc32c_(crc32c), checksums_(*rows.file(), rows.manifest()) {}

// Something is wrong with a table whose checksum holds.
Status BundleScanCursor::WrongTable(std::string what, uint64_t offset) const {
  return DataError("BundleTable", std::move(what) + "; " + kUnknownWriter)
      .At(rows_.name(), offset)
      .Address(AddressOfTable(rows_.manifest(), table_))
      .Next("take an older snapshot, or another node's; look for a newer snaptree");
}

// A table is not what the manifest says of it.
Status BundleScanCursor::Mismatch(const char* what) const {
  return DataError("BundleMismatch", what)
      .At(rows_.name(), rows_.manifest().files[table_].region.begin)
      .Address(AddressOfTable(rows_.manifest(), table_))
      .Next("its checksum holds: the writer made this, not the disk. Take another snapshot");
}

// An error of reading a table whose checksum holds.
Status BundleScanCursor::Explain(const Status& damage) const {
  if (damage.kind() != ErrorKind::kData) return damage;
  ErrorInfo info = damage.info();
  if (info.code == "BlockCorrupt" || info.code == "TableCorrupt") info.code = "BundleTable";
  info.what += std::string("; ") + kUnknownWriter;
  if (info.address.empty()) info.address = AddressOfTable(rows_.manifest(), table_);
  return Status(std::move(info));
}

Status BundleScanCursor::BeginTable() {
  SNAPTREE_TRY(checksums_.Next());
  const Extent region = rows_.manifest().files[table_].region;
  const Result<std::shared_ptr<const Table>> table = rows_.tables().Open(table_);
  if (!table.ok()) return Explain(table.status());
  const TableProperties& properties = (*table)->properties();
  if (properties.deleted_keys != 0 || properties.range_deletions != 0 ||
      properties.range_keys != 0 || properties.merge_operands != 0) {
    return WrongTable("a table of a bundle holds rows only, no deletions and no merges",
                      region.begin);
  }
  table_entries_ = properties.entries;
  table_rows_ = 0;
  last_trailer_ = kSetTrailer;
  cursor_ = rows_.OpenEntries(rows_.AddressesOf(table_));
  return {};
}

Status BundleScanCursor::CheckTrailer(const Row& row, uint64_t trailer) const {
  if (trailer == kSetTrailer || trailer == kSetWithDeleteTrailer) return {};
  return WrongTable("an entry of a bundle's table is no plain row",
                    rows_.OffsetOfBlock(row.position))
      .Expected("kind 1 or 18, sequence 0")
      .Found("kind " + std::to_string(static_cast<int>(KindOf(trailer))) + ", sequence " +
             std::to_string(SequenceOf(trailer)) + ", of raw key " + Hex(row.key.substr(0, 48)));
}

Status BundleScanCursor::TakeRows(std::span<const Row> rows) {
  const std::span<const uint64_t> trailers = cursor_->trailers();
  const Slice smallest = rows_.manifest().files[table_].smallest;
  if (table_rows_ == 0 && rows.front().key != smallest) {
    return Mismatch("a table's first key is not the manifest's")
        .Expected(Hex(smallest.substr(0, 48)))
        .Found(Hex(rows.front().key.substr(0, 48)));
  }
  Slice before = last_key_;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    if (trailers[i] != kSetTrailer || last_trailer_ != kSetTrailer) [[unlikely]] {
      SNAPTREE_TRY(CheckTrailer(row, trailers[i]));
      // Only entries of different trailers can have one key and still be in order.
      if (table_rows_ + i > 0 && row.key == before) {
        return WrongTable("a raw key stands twice: " + Hex(row.key.substr(0, 48)),
                          rows_.OffsetOfBlock(row.position));
      }
    }
    last_trailer_ = trailers[i];
    total_bytes_ += row.key.size() + row.value_size;
    before = row.key;
  }
  last_key_ = before;
  table_rows_ += rows.size();
  bytes_read_ = rows_.OffsetOfBlock(rows.back().position);
  return {};
}

Status BundleScanCursor::EndTable() {
  const BundleFile& file = rows_.manifest().files[table_];
  cursor_.reset();
  if (table_rows_ != table_entries_) {
    return WrongTable("a table's properties count other entries than it has", file.region.begin)
        .Expected(std::to_string(table_entries_) + " entries")
        .Found(std::to_string(table_rows_));
  }
  if (table_rows_ == 0) return Mismatch("a table has no rows");
  if (last_key_ != file.largest) {
    return Mismatch("a table's last key is not the manifest's")
        .Expected(Hex(Slice(file.largest).substr(0, 48)))
        .Found(Hex(Slice(last_key_).substr(0, 48)));
  }
  total_rows_ += table_rows_;
  bytes_read_ = file.region.end;
  ++table_;
  return {};
}

Result<std::span<const Row>> BundleScanCursor::NextBatch() {
  while (table_ < rows_.manifest().files.size()) {
    if (cursor_ == nullptr) SNAPTREE_TRY(BeginTable());
    Result<std::span<const Row>> batch = cursor_->NextBatch();
    if (!batch.ok()) return Explain(batch.status());
    if (batch->empty()) {
      SNAPTREE_TRY(EndTable());
      continue;
    }
    SNAPTREE_TRY(TakeRows(*batch));
    return batch;
  }
  return std::span<const Row>();
}

Status BundleScanCursor::CheckTotals() const {
  const BundleManifest& manifest = rows_.manifest();
  if (total_rows_ == manifest.entry_count && total_bytes_ == manifest.uncompressed_bytes) return {};
  return DataError("BundleMismatch", "the tables hold other rows than the manifest counts")
      .At(rows_.name(), manifest.text.begin)
      .Expected(Thousands(manifest.entry_count) + " rows, " +
                Thousands(manifest.uncompressed_bytes) + " bytes")
      .Found(Thousands(total_rows_) + " rows, " + Thousands(total_bytes_) + " bytes")
      .Next("all checksums hold: the writer made this, not the disk. Take another snapshot");
}

Status BundleScanCursor::Finish(Findings* findings) {
  SNAPTREE_TRY(CheckTotals());
  SNAPTREE_ASSIGN(const uint32_t computed, checksums_.Finish());
  const uint64_t end = rows_.manifest().end;
  if (rows_.file()->size() - end == kFooterBytes) {
    SNAPTREE_ASSIGN(*crc32c_, CheckFooter(*rows_.file(), end, computed));
    return {};
  }
  if (proven_) return {};
  findings->Note("no_checksum",
                 "the file has no footer: no checksum covers its header; the bundle's own cover "
                 "all of its rows",
                 rows_.name());
  return {};
}

}  // namespace snaptree
