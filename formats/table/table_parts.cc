#include "formats/table/table_parts.h"

#include "base/coding.h"
#include "base/text.h"

namespace snaptree {
namespace {

constexpr Slice kComparator = "leveldb.BytewiseComparator";
constexpr char kOtherWriter[] =
    "no elastickv server writes such tables: is it the right file? Take the node's newest .fsm "
    "file instead";
constexpr uint32_t kOneLevel = 0;
constexpr uint32_t kTwoLevels = 2;

// What the metaindex says.
struct Places {
  std::optional<BlockHandle> properties;
  std::optional<BlockHandle> range_deletions;
  std::optional<BlockHandle> range_keys;
  std::optional<std::string> value_index;
};

Result<Places> ReadMetaindex(const TableBytes& table, const TableFooter& footer) {
  Places places;
  const auto take = [&](Slice key, Slice value) -> Status {
    std::optional<BlockHandle>* place = nullptr;
    if (key == "rocksdb.properties") place = &places.properties;
    if (key == "rocksdb.range_del2" || key == "rocksdb.range_del") place = &places.range_deletions;
    if (key == "pebble.range_key") place = &places.range_keys;
    if (key == "pebble.value_index") places.value_index = std::string(value);
    if (key == "rocksdb.compression_dict") {
      return DataError("TableFormatUnsupported", "the table's blocks need a dictionary")
          .At(table.file->path(), table.region.begin)
          .Next(kOtherWriter);
    }
    if (place == nullptr) return {};
    SNAPTREE_ASSIGN(*place, TakeHandle(&value, table, footer.begin));
    return {};
  };
  SNAPTREE_TRY(ForEachEntry(table, footer.metaindex, footer.checksum, take));
  return places;
}

// Collects properties as they come.
class PropertyReader {
 public:
  PropertyReader(const TableBytes& table, TableContents* contents)
      : table_(table), contents_(contents) {}

  Status Take(Slice key, Slice value) {
    TableProperties& properties = contents_->properties;
    if (key == "rocksdb.block.based.table.index.type") return TakeIndexType(value);
    if (key == "rocksdb.comparator") return TakeComparator(value);
    if (key == "rocksdb.merge.operator") properties.merge_operator = value;
    if (key == "obsolete-key") contents_->has_obsolete_key = true;
    if (key == "rocksdb.index.key.is.user.key" || key == "rocksdb.index.value.is.delta.encoded") {
      return RefuseUnlessZero(key, value);
    }
    uint64_t* const number = NumberOf(key);
    if (number == nullptr) return {};
    uint64_t told = 0;
    if (!ReadVarint(&value, &told) || *number + told < told) {
      return TableDamage("property " + Printable(key) + " is not a number", table_);
    }
    *number += told;
    return {};
  }

  Status Finish() const {
    if (!has_index_type_) return TableDamage("the table does not tell its type of index", table_);
    if (has_comparator_) return {};
    return TableDamage("the table does not tell the order of its keys", table_);
  }

 private:
  uint64_t* NumberOf(Slice key) {
    TableProperties& properties = contents_->properties;
    if (key == "rocksdb.num.entries") return &properties.entries;
    if (key == "rocksdb.raw.value.size") return &contents_->raw_value_bytes;
    if (key == "rocksdb.deleted.keys") return &properties.deleted_keys;
    if (key == "rocksdb.num.range-deletions") return &properties.range_deletions;
    if (key == "rocksdb.merge.operands") return &properties.merge_operands;
    if (key == "pebble.num.range-key-sets" || key == "pebble.num.range-key-unsets" ||
        key == "pebble.num.range-key-dels") {
      return &properties.range_keys;
    }
    return nullptr;
  }

  Status TakeIndexType(Slice value) {
    has_index_type_ = true;
    const uint32_t type =
        value.size() == sizeof(uint32_t) ? LoadLe<uint32_t>(value.data()) : UINT32_MAX;
    contents_->two_levels = type == kTwoLevels;
    if (type == kOneLevel || type == kTwoLevels) return {};
    return DataError("TableIndexType", "the table has an index of another type")
        .At(table_.file->path(), table_.region.begin)
        .Expected("00000000 or 02000000")
        .Found(Hex(value.substr(0, sizeof(uint64_t))))
        .Next(kOtherWriter);
  }

  Status TakeComparator(Slice value) {
    has_comparator_ = true;
    contents_->properties.comparator = value;
    if (value == kComparator) return {};
    return DataError("TableFormatUnsupported", "the table's keys are in an order of another kind")
        .At(table_.file->path(), table_.region.begin)
        .Expected(std::string(kComparator))
        .Found(Printable(value))
        .Next(kOtherWriter);
  }

  Status RefuseUnlessZero(Slice key, Slice value) const {
    uint64_t told = 0;
    if (ReadVarint(&value, &told) && told == 0) return {};
    return DataError("TableFormatUnsupported", "the table's index is in a form of RocksDB")
        .At(table_.file->path(), table_.region.begin)
        .Found(Printable(key))
        .Next(kOtherWriter);
  }

  const TableBytes& table_;
  TableContents* contents_;
  bool has_index_type_ = false;
  bool has_comparator_ = false;
};

Status ReadProperties(const TableBytes& table, const TableFooter& footer,
                      const std::optional<BlockHandle>& place, TableContents* contents) {
  if (!place) {
    return footer.has_properties ? TableDamage("the table has no properties", table) : Status::Ok();
  }
  PropertyReader reader(table, contents);
  SNAPTREE_TRY(ForEachEntry(table, *place, footer.checksum,
                            [&](Slice key, Slice value) { return reader.Take(key, value); }));
  return reader.Finish();
}

// What the properties are silent about.
Status CountEntries(const TableBytes& table, const TableFooter& footer,
                    const std::optional<BlockHandle>& place, uint64_t* count) {
  if (!place || *count > 0) return {};
  return ForEachEntry(table, *place, footer.checksum, [&](Slice /*key*/, Slice /*value*/) {
    ++*count;
    return Status::Ok();
  });
}

}  // namespace

Status TableDamage(std::string what, const TableBytes& table) {
  return DataError("TableCorrupt", std::move(what))
      .At(table.file->path(), table.region.begin)
      .Next("get the file again from the node or a copy");
}

Result<BlockHandle> TakeHandle(Slice* bytes, const TableBytes& table, uint64_t limit) {
  BlockHandle handle;
  if (!ReadVarint(bytes, &handle.offset) || !ReadVarint(bytes, &handle.size)) {
    return TableDamage("the place of a block is cut", table);
  }
  if (handle.offset <= limit && handle.size <= limit - handle.offset &&
      kBlockTrailerBytes <= limit - handle.offset - handle.size) {
    return handle;
  }
  return TableDamage("a block would stand outside of its table", table)
      .Expected("the end at " + std::to_string(limit) + " of the table or before")
      .Found("offset " + std::to_string(handle.offset) + ", size " + std::to_string(handle.size));
}

Result<TableContents> ReadContents(const TableBytes& table, const TableFooter& footer) {
  SNAPTREE_ASSIGN(const Places places, ReadMetaindex(table, footer));
  TableContents contents;
  SNAPTREE_TRY(ReadProperties(table, footer, places.properties, &contents));
  TableProperties& properties = contents.properties;
  SNAPTREE_TRY(CountEntries(table, footer, places.range_deletions, &properties.range_deletions));
  SNAPTREE_TRY(CountEntries(table, footer, places.range_keys, &properties.range_keys));
  if (places.value_index) {
    SNAPTREE_ASSIGN(contents.value_blocks, ReadValueIndex(table, footer, *places.value_index));
  }
  return contents;
}

}  // namespace snaptree
