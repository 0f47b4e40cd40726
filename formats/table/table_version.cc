#include "formats/table/table_version.h"

#include "base/cancel.h"
#include "base/coding.h"
#include "formats/table/entry_cursor.h"

namespace snaptree {
namespace {

constexpr size_t kKeyTrailerBytes = 8;
constexpr uint64_t kVersionFromEnd = 12;
constexpr uint8_t kPrefixForm = 0xc0;
constexpr uint8_t kPrefixHandle = 0x80;

Status WrongVersion(const TableBytes& table, const TableFooter& footer, const char* sign) {
  return DataError("TableCorrupt", "the version byte in the table's footer is wrong")
      .At(table.file->path(), table.region.end - kVersionFromEnd)
      .Expected("the version that the rest of the table shows")
      .Found(footer.format + ", but " + sign)
      .Next("no checksum covers this byte: get the file again from the node or a copy");
}

// The length of a value without its prefix, as properties count it; false: it has no sound prefix.
bool CountValue(Slice key, Slice value, bool has_prefix, uint64_t* total) {
  const uint64_t trailer = LoadLe64(key.data() + key.size() - kKeyTrailerBytes);
  uint64_t size = value.size();
  if (has_prefix && KindOf(trailer) == EntryKind::kSet) {
    if (value.empty()) return false;
    const uint8_t form = static_cast<uint8_t>(value.front()) & kPrefixForm;
    value.remove_prefix(1);
    size = value.size();
    if (form == kPrefixHandle ? !ReadVarint(&value, &size) : form != 0) return false;
  }
  *total += size;
  return true;
}

}  // namespace

Status CheckVersion(const TableBytes& table, const TableFooter& footer,
                    const TableContents& contents, std::span<const BlockHandle> blocks) {
  if (!footer.is_pebble) return {};
  if (contents.has_obsolete_key) {
    if (footer.has_hint_bit) return {};
    return WrongVersion(table, footer, "its properties are of Pebble v4");
  }
  // How range deletions count depends on the writer.
  if (contents.properties.range_deletions != 0) return {};
  uint64_t total = 0;
  bool sound = true;
  for (const BlockHandle& block : blocks) {
    SNAPTREE_TRY(CheckCancelled());
    const auto take = [&](Slice key, Slice value) -> Status {
      if (key.size() < kKeyTrailerBytes) return TableDamage("a key is too short", table);
      sound = sound && CountValue(key, value, footer.has_value_prefix, &total);
      return {};
    };
    const Status status = ForEachEntry(table, block, footer.checksum, take);
    if (!status.ok()) return status.kind() == ErrorKind::kData ? Status::Ok() : status;
  }
  if (sound && total == contents.raw_value_bytes) return {};
  return WrongVersion(table, footer, "its values are not as long as its properties tell");
}

}  // namespace snaptree
