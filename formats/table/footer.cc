#include "formats/table/footer.h"

#include <algorithm>

#include "base/coding.h"
#include "base/text.h"
#include "formats/table/table_parts.h"

namespace snaptree {
namespace {

constexpr Slice kPebbleMagic = "\xf0\x9f\xaa\xb3\xf0\x9f\xaa\xb3";
constexpr Slice kRocksMagic = "\xf7\xcf\xf4\x85\xb7\x41\xe2\x88";
constexpr Slice kLevelMagic = "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
constexpr size_t kMagicBytes = 8;
constexpr size_t kFooterBytes = 53;
constexpr size_t kLevelFooterBytes = 48;
constexpr size_t kVersionAt = 41;
constexpr uint32_t kNewestPebble = 4;
constexpr uint32_t kRocksVersion = 2;

Status Unsupported(const std::string& format, const TableBytes& table) {
  return DataError("TableFormatUnsupported", "the table is of a version that cannot be read")
      .At(table.file->path(), table.region.begin)
      .Expected("Pebble v1 to v4, RocksDB v2, or LevelDB")
      .Found(format)
      .Next("take the newest .fsm file of the node instead");
}

// Names the version, and what it says of rows; an error for one that cannot be read.
Status TakeVersion(Slice bytes, const TableBytes& table, TableFooter* footer) {
  const bool is_pebble = bytes.ends_with(kPebbleMagic);
  const auto version = LoadLe<uint32_t>(bytes.data() + bytes.size() - kMagicBytes - 4);
  footer->format = (is_pebble ? "Pebble v" : "RocksDB v") + std::to_string(version);
  footer->is_pebble = is_pebble;
  footer->has_value_prefix = is_pebble && version >= 3;
  footer->has_hint_bit = is_pebble && version >= 4;
  const bool known =
      is_pebble ? version >= 1 && version <= kNewestPebble : version == kRocksVersion;
  return known ? Status::Ok() : Unsupported(footer->format, table);
}

Status TakeChecksum(char type, const TableBytes& table, TableFooter* footer) {
  footer->checksum = static_cast<BlockChecksum>(type);
  if (footer->checksum == BlockChecksum::kCrc32c || footer->checksum == BlockChecksum::kXxHash64) {
    return {};
  }
  return DataError("TableChecksumType", "the table's blocks have checksums of another kind")
      .At(table.file->path(), table.region.begin + footer->begin)
      .Expected("1 (CRC32C) or 3 (xxHash64)")
      .Found(std::to_string(static_cast<uint8_t>(type)))
      .Next("no checksum covers this byte: get the file again from the node or a copy");
}

}  // namespace

Result<TableFooter> ReadFooter(const TableBytes& table) {
  char room[kFooterBytes];
  const uint64_t size = table.region.size();
  const auto n = static_cast<size_t>(std::min<uint64_t>(size, kFooterBytes));
  SNAPTREE_TRY(table.file->ReadExactlyAt(table.region.end - n, room, n));
  const Slice bytes(room, n);
  const bool is_level = bytes.ends_with(kLevelMagic);
  if (!is_level && !bytes.ends_with(kPebbleMagic) && !bytes.ends_with(kRocksMagic)) {
    return DataError("TableMagic", "the file does not end as a table does")
        .At(table.file->path(), table.region.end - std::min(n, kMagicBytes))
        .Expected(Hex(kPebbleMagic))
        .Found(Hex(bytes.substr(n - std::min(n, kMagicBytes))))
        .Next("get the file again from the node or a copy");
  }
  const size_t footer_bytes = is_level ? kLevelFooterBytes : kFooterBytes;
  if (n < footer_bytes) return TableDamage("the table is shorter than its footer", table);
  TableFooter footer;
  footer.begin = size - footer_bytes;
  footer.has_properties = !is_level;
  Slice handles = bytes.substr(n - footer_bytes, footer_bytes - kMagicBytes);
  if (is_level) {
    footer.format = "LevelDB";
  } else {
    SNAPTREE_TRY(TakeVersion(bytes, table, &footer));
    SNAPTREE_TRY(TakeChecksum(handles[0], table, &footer));
    handles = handles.substr(1, kVersionAt - 1);
  }
  SNAPTREE_ASSIGN(footer.metaindex, TakeHandle(&handles, table, footer.begin));
  SNAPTREE_ASSIGN(footer.index, TakeHandle(&handles, table, footer.begin));
  return footer;
}

}  // namespace snaptree
