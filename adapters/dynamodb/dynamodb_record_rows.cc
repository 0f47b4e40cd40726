#include "adapters/dynamodb/dynamodb_record_rows.h"

#include "adapters/dynamodb/dynamodb_item_key.h"
#include "adapters/dynamodb/dynamodb_keys.h"
#include "adapters/dynamodb/dynamodb_number.h"
#include "adapters/dynamodb/dynamodb_schema.h"
#include "base/text.h"
#include "formats/view_cursor.h"
#include "manifest/file_name_codec.h"

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

class ItemRows {
 public:
  ItemRows(const TableSchema& schema, const NamedKey& key, const std::string& table)
      : schema_(schema), key_(key), prefix_(std::string(kItemPrefix) + table + "|") {}

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
    if (key_.hash.type == 'N' || (key_.has_range && key_.range.type == 'N')) {
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

}  // namespace

Result<RecordRows> RowsOfRecord(RowLookup& lookup, Slice address) {
  Slice folder;
  Slice path;
  if (!SplitScope(address, kFolder, &folder, &path)) return RecordRows();
  const std::optional<std::string> table = TextOfSegment(folder);
  if (!table || EncodeDirectorySegment(*table).name != folder) return RecordRows();
  const std::string segment = Base64Url(*table);
  std::vector<KeyRange> rows;
  for (const Slice prefix : {kTablePrefix, kCounterPrefix}) {
    rows.push_back(WholeKey(FamilyOf(prefix), std::string(prefix) + segment));
  }
  if (!path.starts_with(kItemsFolder)) return RecordRows(std::move(rows));
  path.remove_prefix(kItemsFolder.size());
  SNAPTREE_ASSIGN(const ScanResult scan, lookup.Scan(rows));
  SNAPTREE_ASSIGN(const std::optional<TableSchema> schema, SchemaIn(lookup, scan));
  const std::optional<NamedKey> key = schema ? ParsePath(*schema, path) : std::nullopt;
  if (!key) return RecordRows();
  for (KeyRange& range : ItemRows(*schema, *key, segment).Find()) {
    rows.push_back(std::move(range));
  }
  return RecordRows(std::move(rows));
}

}  // namespace snaptree::dynamodb
