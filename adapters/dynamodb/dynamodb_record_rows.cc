#include "adapters/dynamodb/dynamodb_record_rows.h"

#include "adapters/dynamodb/dynamodb_item_json.h"
#include "adapters/dynamodb/dynamodb_item_key.h"
#include "adapters/dynamodb/dynamodb_item_message.h"
#include "adapters/dynamodb/dynamodb_keys.h"
#include "adapters/dynamodb/dynamodb_number.h"
#include "adapters/dynamodb/dynamodb_schema.h"
#include "base/text.h"
#include "formats/view_cursor.h"
#include "manifest/file_name_codec.h"
#include "tree/tree_input.h"

namespace snaptree::dynamodb {
namespace {

constexpr Slice kFolder = "dynamodb/";
constexpr Slice kItemsFolder = "items/";
constexpr Slice kExtension = ".json";
constexpr Slice kBinaryName = "b64.";

// A part of an item's path, and what it stands for.
struct NamedValue {
  char type = 0;
  std::string value;
};

std::optional<NamedValue> ValueOf(Slice name, char type) {
  if ((type == 'B') != name.starts_with(kBinaryName)) return std::nullopt;
  std::optional<std::string> value = TextOfSegment(name);
  if (value && type == 'N') value = TextOfCanonicalNumber(*value);
  if (!value) return std::nullopt;
  return NamedValue{type, *std::move(value)};
}

// nullopt: the name does not tell the value.
std::optional<NamedValue> ParseName(Slice name, char declared) {
  if (name.size() >= 2 && name[name.size() - 2] == '~') {
    return ValueOf(name.substr(0, name.size() - 2), name.back());
  }
  const char undeclared = name.starts_with(kBinaryName) ? 'B' : 'S';
  return ValueOf(name, declared == 0 ? undeclared : declared);
}

struct NamedKey {
  NamedValue hash;
  NamedValue range;
  bool has_range = false;

  // As views of this one.
  PrimaryKey AsKey() const {
    return {{hash.type, hash.value}, {range.type, range.value}, has_range};
  }
};

// The key in "user%3A1.json", or in "user%3A1/0001.json" of a table with a range key.
std::optional<NamedKey> ParsePath(const TableSchema& schema, Slice path) {
  const DeclaredTypes declared = DeclaredTypes::Of(schema);
  if (!path.ends_with(kExtension)) return std::nullopt;
  const Slice stem = path.substr(0, path.size() - kExtension.size());
  const size_t slash = stem.find('/');
  NamedKey key;
  key.has_range = !schema.key.range.empty();
  if (key.has_range == (slash == Slice::npos)) return std::nullopt;
  const std::optional<NamedValue> hash = ParseName(stem.substr(0, slash), declared.hash);
  if (!hash) return std::nullopt;
  key.hash = *hash;
  if (key.has_range) {
    const std::optional<NamedValue> range = ParseName(stem.substr(slash + 1), declared.range);
    if (!range) return std::nullopt;
    key.range = *range;
  }
  std::string own;
  AppendItemPath(key.AsKey(), declared, &own);
  return own == path ? std::optional<NamedKey>(std::move(key)) : std::nullopt;
}

enum class KeyText : uint8_t {
  kNamed,   // of a number, its canonical form
  kStored,  // as the item has it
};

class ItemRows {
 public:
  ItemRows(const TableSchema& schema, const NamedKey& key, KeyText text, const std::string& table)
      : schema_(schema), key_(key), text_(text), prefix_(std::string(kItemPrefix) + table + "|") {}

  std::vector<KeyRange> Find() {
    const bool ordered = schema_.has_ordered_keys();
    if (ordered) {
      std::string tail;
      OrderedTail(key_.AsKey(), &tail);
      rows_.push_back(WholeKey(family_, ScopeOf(schema_.generation) + tail));
      if (schema_.migrating_from != 0) AddLegacy(schema_.migrating_from);
    } else {
      AddLegacy(schema_.generation);
    }
    return std::move(rows_);
  }

 private:
  std::string ScopeOf(uint64_t generation) const {
    return prefix_ + std::to_string(generation) + "|";
  }

  // Legacy keys hold numbers as clients wrote them: which of all texts of one number has the item,
  // only the whole table tells.
  void AddLegacy(uint64_t generation) {
    const bool has_number = key_.hash.type == 'N' || (key_.has_range && key_.range.type == 'N');
    if (has_number && text_ == KeyText::kNamed) {
      rows_.push_back(KeysWithPrefix(family_, prefix_));
      return;
    }
    std::string tail;
    LegacyTail(key_.AsKey(), &tail);
    rows_.push_back(WholeKey(family_, ScopeOf(generation) + tail));
  }

  const FamilyId family_ = FamilyOf(kItemPrefix);
  const TableSchema& schema_;
  const NamedKey& key_;
  const KeyText text_;
  const std::string prefix_;
  std::vector<KeyRange> rows_;
};

Result<std::optional<TableSchema>> SchemaIn(const RowLookup& lookup, const ScanResult& scan) {
  ViewCursor cursor(lookup.source(), scan, FamilyOf(kTablePrefix));
  ViewRow row;
  SNAPTREE_ASSIGN(const bool there, cursor.NextLive(&row));
  if (!there || row.body.size > kMaxTableBytes) return std::optional<TableSchema>();
  std::string storage;
  SNAPTREE_ASSIGN(const Slice value, LoadValue(lookup.source(), row.body, &storage));
  Result<TableSchema> schema = ParseTableSchema(value);
  if (!schema.ok()) return std::optional<TableSchema>();
  return std::optional<TableSchema>(*std::move(schema));
}

// The table of an address, with its own rows.
struct TableOfAddress {
  Slice path;  // below the table's folder
  std::string segment;
  std::vector<KeyRange> rows;
};

std::optional<TableOfAddress> FindTable(Slice address) {
  Slice folder;
  TableOfAddress found;
  if (!SplitScope(address, kFolder, &folder, &found.path)) return std::nullopt;
  const std::optional<std::string> table = TextOfSegment(folder);
  if (!table || EncodeDirectorySegment(*table).name != folder) return std::nullopt;
  found.segment = Base64Url(*table);
  for (const Slice prefix : {kTablePrefix, kCounterPrefix}) {
    found.rows.push_back(WholeKey(FamilyOf(prefix), std::string(prefix) + found.segment));
  }
  return found;
}

std::optional<NamedValue> ValueIn(const ItemMessage& item, const std::string& attribute) {
  const std::optional<KeyValue> value = item.Attribute(attribute);
  if (!value || value->type == 0) return std::nullopt;
  return NamedValue{value->type, std::string(value->value)};
}

std::optional<NamedKey> KeyIn(const TableSchema& schema, Slice json) {
  if (json.size() > kWholeItemBytes) return std::nullopt;
  std::string padded(json);
  padded.resize(json.size() + TreeReader::kPadding);
  ItemMessage item(false);
  item.Begin(&schema.key);
  if (!ItemJson().Read(Slice(padded).substr(0, json.size()), &item).ok()) return std::nullopt;
  NamedKey key;
  key.has_range = !schema.key.range.empty();
  const std::optional<NamedValue> hash = ValueIn(item, schema.key.hash);
  if (!hash) return std::nullopt;
  key.hash = *hash;
  if (key.has_range) {
    const std::optional<NamedValue> range = ValueIn(item, schema.key.range);
    if (!range) return std::nullopt;
    key.range = *range;
  }
  return key;
}

// find_key(schema, path) -> std::optional<NamedKey>
template <class FindKey>
Result<RecordRows> ItemRowsIn(RowLookup& lookup, TableOfAddress table, KeyText text,
                              FindKey find_key) {
  table.path.remove_prefix(kItemsFolder.size());
  SNAPTREE_ASSIGN(const ScanResult scan, lookup.Scan(table.rows));
  SNAPTREE_ASSIGN(const std::optional<TableSchema> schema, SchemaIn(lookup, scan));
  const std::optional<NamedKey> key = schema ? find_key(*schema, table.path) : std::nullopt;
  if (!key) return RecordRows();
  for (KeyRange& range : ItemRows(*schema, *key, text, table.segment).Find()) {
    table.rows.push_back(std::move(range));
  }
  return RecordRows(std::move(table.rows));
}

}  // namespace

Result<RecordRows> RowsOfRecord(RowLookup& lookup, Slice address, size_t /*max_looks*/) {
  std::optional<TableOfAddress> table = FindTable(address);
  if (!table) return RecordRows();
  if (!table->path.starts_with(kItemsFolder)) return RecordRows(std::move(table->rows));
  return ItemRowsIn(lookup, *std::move(table), KeyText::kNamed, ParsePath);
}

Result<RecordRows> RowsOfItem(RowLookup& lookup, Slice address, Slice json) {
  std::optional<TableOfAddress> table = FindTable(address);
  if (!table || !table->path.starts_with(kItemsFolder)) return RecordRows();
  return ItemRowsIn(
      lookup, *std::move(table), KeyText::kStored,
      [json](const TableSchema& schema, Slice /*path*/) { return KeyIn(schema, json); });
}

}  // namespace snaptree::dynamodb
