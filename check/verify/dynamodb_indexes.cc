// Spec 03 section 6.4: for each item, and each index whose keys it has, one row that holds the
// item's key; a node writes and deletes them with the item, and never adds one later. That binds
// for the rows of a table's own generation when its keys are ordered. Left-over rows of other
// generations and of deleted tables wait for a node's clean-up (section 3.1); rows of tables with
// legacy keys are made anew when the node migrates the table (section 3.2).
#include <deque>

#include "check/verify/dynamodb_key_attributes.h"
#include "check/verify/for_each_row.h"
#include "check/verify/index_walks.h"

#include "adapters/common/row_writer.h"
#include "adapters/common/scope_pieces.h"
#include "adapters/dynamodb/dynamodb_item_renderer.h"
#include "adapters/dynamodb/dynamodb_keys.h"
#include "adapters/dynamodb/dynamodb_messages.h"
#include "adapters/dynamodb/dynamodb_table_writer.h"
#include "adapters/dynamodb/dynamodb_tables.h"
#include "base/text.h"

namespace snaptree {
namespace {

using dynamodb::kIndexPrefix;
using dynamodb::kItemPrefix;

// The service allows 20 for a table. With any number of them, small rows could make a check take
// any time.
constexpr size_t kMaxIndexes = 1000;
constexpr char kSegmentEnd[] = {0, 1};

// Length of the first ordered segment; 0: there is none.
size_t SegmentLength(Slice segments) {
  for (size_t i = 0; i + 1 < segments.size(); ++i) {
    if (segments[i] != '\0') continue;
    if (segments[i + 1] == kSegmentEnd[1]) return i + 2;
    ++i;
  }
  return 0;
}

// The tables of a store, side by side with rows in the order of tables.
class TableCursor {
 public:
  explicit TableCursor(const DecodeContext& context) : context_(context) {}

  Status Start() {
    const ScopePiece all[1] = {};
    SNAPTREE_TRY(dynamodb::CollectTables(context_, all, &rows_));
    tables_.emplace(context_, &rows_.front());
    SNAPTREE_TRY(tables_->Start());
    return Next();
  }
  // The table with this scope, or null. REQUIRES: scopes ascend.
  Result<const dynamodb::Table*> Find(Slice scope) {
    while (more_ && table_.scope < scope) SNAPTREE_TRY(Next());
    return more_ && table_.scope == scope ? &table_ : nullptr;
  }

 private:
  Status Next() {
    SNAPTREE_ASSIGN(more_, tables_->Next(&table_));
    return {};
  }

  const DecodeContext& context_;
  std::deque<ExternalSorter> rows_;
  std::optional<dynamodb::Tables> tables_;
  bool more_ = false;
  dynamodb::Table table_;
};

constexpr IndexRules kRules = {.rows = "the row of an item in a global index"};

class DynamodbIndexesWalk : public IndexWalk {
 public:
  explicit DynamodbIndexesWalk(const DecodeContext& context) : context_(context) {}

  Status Run(IndexTaker& taker) override;
  std::string Address() const override;

 private:
  struct Index {
    dynamodb::KeySchema key;
    std::string prefix;  // of the keys of its rows
  };

  Status Walk(Slice prefix, Status (DynamodbIndexesWalk::*take)(const ViewRow& row, Slice tail));
  Status ToScope(Slice scope, size_t table_bytes, TableCursor* tables);
  void BeginTable(const dynamodb::Table& table);
  Status Item(const ViewRow& row, Slice tail);
  Result<bool> ReadItem(const ViewRow& row, Slice tail);
  bool AppendPart(const std::string& attribute, std::string* key) const;
  Status IndexRow(const ViewRow& row, Slice tail);
  Slice ItemTailOf(Slice tail) const;
  static Status MalformedRow();

  const DecodeContext& context_;
  IndexTaker* taker_ = nullptr;
  bool at_items_ = false;

  // Of the rows at hand.
  std::string scope_;   // B(table) "|" generation "|"
  bool binds_ = false;  // they are what a check is about
  std::string folder_;  // of the table's items
  dynamodb::TableSchema schema_;
  dynamodb::DeclaredTypes declared_;
  std::vector<Index> indexes_;
  KeyAttributes attributes_;

  dynamodb::PrimaryKey primary_;
  std::string storage_;
  std::string tail_;
  std::string record_;
  std::string key_;
};

void DynamodbIndexesWalk::BeginTable(const dynamodb::Table& table) {
  schema_ = table.schema;
  declared_ = dynamodb::DeclaredTypes::Of(schema_);
  folder_ = dynamodb::TableFolder(table) + "items/";
  indexes_.clear();
  std::vector<std::string> names = {schema_.key.hash, schema_.key.range};
  for (const auto& [name, index] : schema_.indexes) {
    std::string prefix(kIndexPrefix);
    prefix += scope_;
    AppendBase64Url(&prefix, name);
    prefix += '|';
    indexes_.push_back({index.key, std::move(prefix)});
    names.push_back(index.key.hash);
    names.push_back(index.key.range);
  }
  attributes_.Begin(std::move(names));
  if (indexes_.size() <= kMaxIndexes) return;
  binds_ = false;
  if (!at_items_) return;
  context_.findings.Note("ddb_index_not_checked",
                         "tables with more indexes than are compared with their items", folder_);
}

Status DynamodbIndexesWalk::ToScope(Slice scope, size_t table_bytes, TableCursor* tables) {
  scope_ = scope;
  SNAPTREE_ASSIGN(const dynamodb::Table* table, tables->Find(scope.substr(0, table_bytes)));
  const std::optional<uint64_t> generation =
      dynamodb::ParseDecimal(scope.substr(table_bytes, scope.size() - table_bytes - 1));
  binds_ = table != nullptr && table->record == dynamodb::TableRecord::kThere &&
           table->schema.has_ordered_keys() && generation == table->schema.generation;
  if (binds_) BeginTable(*table);
  return {};
}

// Both families begin their keys with B(table) "|" generation "|".
Status DynamodbIndexesWalk::Walk(Slice prefix,
                                 Status (DynamodbIndexesWalk::*take)(const ViewRow&, Slice)) {
  TableCursor tables(context_);
  SNAPTREE_TRY(tables.Start());
  scope_.clear();
  return ForEachRow(context_, prefix, [&](const ViewRow& row) -> Status {
    const Slice rest = row.key.substr(prefix.size());
    if (scope_.empty() || !rest.starts_with(scope_)) {
      const size_t table_bytes = rest.find('|') + 1;
      const size_t scope_bytes = table_bytes == 0 ? 0 : rest.find('|', table_bytes) + 1;
      if (scope_bytes == 0) {
        return context_.ledger.AddDamaged(FamilyOf(prefix), row, MalformedRow());
      }
      SNAPTREE_TRY(ToScope(rest.substr(0, scope_bytes), table_bytes, &tables));
    }
    return binds_ ? (this->*take)(row, rest.substr(scope_.size())) : Status::Ok();
  });
}

Status DynamodbIndexesWalk::MalformedRow() {
  return DataError("DdbMalformedKey", "the key of an index row is malformed");
}

Status DynamodbIndexesWalk::Run(IndexTaker& taker) {
  taker_ = &taker;
  at_items_ = true;
  SNAPTREE_TRY(Walk(kItemPrefix, &DynamodbIndexesWalk::Item));
  at_items_ = false;
  return Walk(kIndexPrefix, &DynamodbIndexesWalk::IndexRow);
}

std::string DynamodbIndexesWalk::Address() const {
  std::string path = folder_;
  dynamodb::AppendItemPath(primary_, declared_, &path);
  return path;
}

// False: what cannot be read, or stands under another key than its own, which decode tells.
Result<bool> DynamodbIndexesWalk::ReadItem(const ViewRow& row, Slice tail) {
  if (!row.IsLive() || row.body.size > dynamodb::kMaxItemBytes) return false;
  SNAPTREE_ASSIGN(const Slice value, LoadValue(context_.source, row.body, &storage_));
  if (!value.starts_with(dynamodb::kItemMagic)) return false;  // JSON of the first servers
  if (!attributes_.Read(value.substr(dynamodb::kItemMagic.size()))) return false;
  primary_ = {attributes_.Of(schema_.key.hash).value, {}, !schema_.key.range.empty()};
  if (primary_.has_range) primary_.range = attributes_.Of(schema_.key.range).value;
  return primary_.complete() && dynamodb::OrderedTail(primary_, &tail_) && tail == tail_;
}

bool DynamodbIndexesWalk::AppendPart(const std::string& attribute, std::string* key) const {
  const KeyAttributes::Attribute& part = attributes_.Of(attribute);
  return part.is_there && part.value.type != 0 && dynamodb::AppendOrderedValue(part.value, key);
}

Status DynamodbIndexesWalk::Item(const ViewRow& row, Slice tail) {
  if (indexes_.empty()) return {};
  record_.assign(scope_).append(tail);
  SNAPTREE_ASSIGN(const bool readable, ReadItem(row, tail));
  if (!readable) return taker_->Unjudged(record_);
  for (const Index& index : indexes_) {
    key_ = index.prefix;
    if (!AppendPart(index.key.hash, &key_)) continue;
    if (!index.key.range.empty() && !AppendPart(index.key.range, &key_)) continue;
    key_.append(tail);
    SNAPTREE_TRY(taker_->Expect(kRules, record_, row, key_, row.key, Absence::kProblem));
  }
  return {};
}

// What stands behind the keys of the index in the tail of a row: the key of the item. Empty: not to
// be told.
Slice DynamodbIndexesWalk::ItemTailOf(Slice tail) const {
  std::array<size_t, 4> begins{};
  size_t count = 0;
  for (size_t at = 0; at < tail.size(); ++count) {
    const size_t length = SegmentLength(tail.substr(at));
    if (length == 0 || count == begins.size()) return {};
    begins[count] = at;
    at += length;
  }
  const size_t of_item = schema_.key.range.empty() ? 1 : 2;
  return count > of_item ? tail.substr(begins[count - of_item]) : Slice();
}

Status DynamodbIndexesWalk::IndexRow(const ViewRow& row, Slice tail) {
  const size_t index_bytes = tail.find('|') + 1;
  if (index_bytes == 0) {
    return context_.ledger.AddDamaged(FamilyOf(kIndexPrefix), row, MalformedRow());
  }
  const Slice item = ItemTailOf(tail.substr(index_bytes));
  record_.assign(scope_).append(item.empty() ? tail : item);
  if (!row.IsLive()) return taker_->Unjudged(record_);
  Slice value;
  if (row.body.size <= kMaxUserKeyBytes) {
    SNAPTREE_ASSIGN(value, LoadValue(context_.source, row.body, &storage_));
  }
  return taker_->Row(kRules, record_, row, value);
}

}  // namespace

std::unique_ptr<IndexWalk> DynamodbIndexes(const DecodeContext& context) {
  return std::make_unique<DynamodbIndexesWalk>(context);
}

}  // namespace snaptree
