#include "adapters/dynamodb/dynamodb_table_items.h"

#include <algorithm>

namespace snaptree::dynamodb {
namespace {

constexpr double kAsideShare = 0.2;
constexpr size_t kMaxUnknownFields = 1000;

// What stands behind the tail in the key of a row that was set aside: rows with the right key come
// first. Rows with a wrong one follow by their path, the newer generation first.
constexpr char kRight = 0;
constexpr char kWrong = 1;

}  // namespace

TableItems::TableItems(const DecodeContext& context, ItemLayout layout, OrphanRows* orphans)
    : context_(context),
      family_(FamilyOf(kItemPrefix)),
      needs_paths_(!layout.jsonl || !context.filter.everything()),
      orphans_(*orphans),
      item_(context.source, layout.jsonl ? JsonStyle::kCompact : JsonStyle::kPretty),
      files_(context.sink, layout),
      aside_(context.sorter_options(kAsideShare)) {}

void TableItems::Begin(const Table& table, Slice folder) {
  table_ = &table;
  declared_ = DeclaredTypes::Of(table.schema);
  merges_ = table.schema.has_ordered_keys() && table.schema.migrating_from != 0;
  folder_ = folder;
  written_ = 0;
  unknown_fields_.clear();
  ordered_extent_ = {};
  item_.SetKeySchema(&table.schema.key);
  files_.Begin(folder);
}

bool TableItems::Counts(uint64_t generation) const {
  const TableSchema& schema = table_->schema;
  return generation == schema.generation || (merges_ && generation == schema.migrating_from);
}

bool TableItems::IsOrderedPlace(uint64_t generation) const {
  return table_->schema.has_ordered_keys() && generation == table_->schema.generation;
}

Status TableItems::Row(const ViewRow& row, uint64_t generation, Slice tail) {
  const bool ordered = IsOrderedPlace(generation);
  if (ordered) {
    if (ordered_extent_.size() == 0) ordered_extent_.begin = row.position;
    ordered_extent_.end = row.end;
  }
  SNAPTREE_ASSIGN(const bool readable, item_.Read(row.body));
  if (!readable) return Damaged(row, tail, item_.why());
  numeric_ = OrderedTail(item_.key(), &tail_);
  if (!ordered) LegacyTail(item_.key(), &legacy_tail_);
  const bool right = tail == (ordered ? tail_ : legacy_tail_);
  if (!right && !IsItemTail(tail)) return Damaged(row, tail, {});
  if (!ordered || !right) return SetAside(row, right, generation);
  if (merges_) return {};
  path_.clear();
  if (needs_paths_) MakePath();
  return Emit(true);
}

Status TableItems::Damaged(const ViewRow& row, Slice tail, const Status& why) {
  return context_.ledger.AddDamaged(family_, row, IsItemTail(tail) ? why : MalformedItemKey());
}

Status TableItems::SetAside(const ViewRow& row, bool right, uint64_t generation) {
  sort_key_ = tail_;
  // Keys that are no numbers are the same when their files are.
  if (!numeric_) AppendItemPath(item_.key(), declared_, &sort_key_);
  const size_t tail_size = sort_key_.size();
  sort_key_.push_back(right ? kRight : kWrong);
  if (!right) {
    AppendItemPath(item_.key(), declared_, &sort_key_);
    sort_key_.push_back('\0');
    sort_key_.push_back(generation == table_->schema.generation ? '\0' : '\1');
  }
  PackRow(row, tail_size, &payload_);
  return aside_.Add(sort_key_, payload_);
}

void TableItems::MakePath() {
  path_ = folder_;
  AppendItemPath(item_.key(), declared_, &path_);
}

// Writes the item that was read last.
Status TableItems::Emit(bool right) {
  if (!context_.filter.Selects(path_)) {
    context_.ledger.Add(family_, RowLedger::Place::kExcluded);
    return {};
  }
  Remark(right);
  ++written_;
  context_.ledger.Add(family_, RowLedger::Place::kEmitted);
  return files_.Write(path_, item_);
}

void TableItems::Remark(bool right) {
  const ItemRemarks& remarks = item_.remarks();
  const bool odd = remarks.null_false || remarks.too_deep || remarks.empty_set ||
                   !remarks.unknown_fields.empty() || item_.from_json() || !numeric_ || !right;
  if (!odd) return;
  if (path_.empty()) MakePath();
  if (remarks.null_false) {
    Warn("ddb_null_false", "items with a NULL that is false, which a node cannot read");
  }
  if (remarks.too_deep) {
    Warn("ddb_too_deep", "items nested deeper than 32 levels, which a node cannot read");
  }
  if (remarks.empty_set) Warn("ddb_empty_set", "items with an empty set, which a node cannot read");
  if (item_.from_json()) {
    Warn("ddb_json_value", "values in the JSON form of old servers, which a node cannot read");
  }
  if (!numeric_) {
    Warn("ddb_key_not_numeric",
         "items whose key is of type N and no number: a node cannot "
         "migrate their table");
  }
  if (!right) Warn("ddb_key_mismatch", "item rows whose key is not that of their item");
  RemarkUnknown();
}

void TableItems::RemarkUnknown() {
  for (const uint32_t number : item_.remarks().unknown_fields) {
    if (unknown_fields_.size() == kMaxUnknownFields) return;
    if (!unknown_fields_.insert(number).second) continue;
    context_.findings.Warn("ddb_unknown_field",
                           "fields that only a newer server knows are not in the tree",
                           "field " + std::to_string(number) + " in " + path_);
  }
}

Status TableItems::Finish() {
  if (merges_ || aside_.size() > 0) SNAPTREE_TRY(Resolve());
  return files_.Finish();
}

}  // namespace snaptree::dynamodb
