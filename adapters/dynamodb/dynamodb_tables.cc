#include "adapters/dynamodb/dynamodb_tables.h"

#include "adapters/dynamodb/dynamodb_keys.h"
#include "adapters/dynamodb/dynamodb_number.h"
#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

constexpr double kSorterShare = 0.05;
constexpr char kCounterKind = 'c';
constexpr char kTableKind = 't';
constexpr uint64_t kMaxCounterBytes = 4096;

Status MalformedKey() {
  return DataError("DdbMalformedKey", "the key names no table")
      .Expected("base64url of a name in UTF-8");
}

// The row that decides: of several, the newest (a damaged one may stand above older ones).
void KeepNewest(const std::string& payload, std::string* newest) {
  if (newest->empty() || UnpackRow(payload).row.commit_ts > UnpackRow(*newest).row.commit_ts) {
    *newest = payload;
  }
}

Verdict VerdictOf(const PackedRow& packed) { return static_cast<Verdict>(packed.note); }

// Deleted and damaged rows come along: a damaged row is not an absent one.
Status CollectFamily(const DecodeContext& context, std::span<const ScopePiece> pieces, Slice prefix,
                     char kind, std::deque<ExternalSorter>* sorters) {
  const FamilyId family = FamilyOf(prefix);
  ViewCursor cursor(context.source, context.scan, family);
  ViewRow row;
  std::string key;
  std::string payload;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.Next(&row));
    if (!more) return {};
    if (row.verdict == Verdict::kOlder || row.commit_ts > context.scan.read_ts) continue;
    key = row.key.substr(prefix.size());
    if (!ParseTableSegment(key)) {
      if (row.IsLive()) SNAPTREE_TRY(context.ledger.AddDamaged(family, row, MalformedKey()));
      continue;
    }
    key.push_back('|');
    ExternalSorter& sorter = (*sorters)[PieceOf(pieces, key)];
    key.push_back(kind);
    PackRow(row, static_cast<uint64_t>(row.verdict), &payload);
    SNAPTREE_TRY(sorter.Add(key, payload));
  }
}

}  // namespace

Status CollectTables(const DecodeContext& context, std::span<const ScopePiece> pieces,
                     std::deque<ExternalSorter>* sorters) {
  const double share = kSorterShare / static_cast<double>(pieces.size());
  for (size_t i = 0; i < pieces.size(); ++i) sorters->emplace_back(context.sorter_options(share));
  SNAPTREE_TRY(CollectFamily(context, pieces, kCounterPrefix, kCounterKind, sorters));
  SNAPTREE_TRY(CollectFamily(context, pieces, kTablePrefix, kTableKind, sorters));
  for (ExternalSorter& sorter : *sorters) SNAPTREE_TRY(sorter.Finish());
  return {};
}

Tables::Tables(const DecodeContext& context, ExternalSorter* rows)
    : context_(context),
      table_family_(FamilyOf(kTablePrefix)),
      counter_family_(FamilyOf(kCounterPrefix)),
      rows_(*rows) {}

Status Tables::Start() {
  SNAPTREE_ASSIGN(more_, ReadEntry());
  return {};
}

Result<bool> Tables::ReadEntry() {
  Slice key;
  Slice payload;
  SNAPTREE_ASSIGN(const bool more, rows_.Next(&key, &payload));
  if (!more) return false;
  scope_ = key.substr(0, key.size() - 1);
  kind_ = key.back();
  payload_ = payload;
  return true;
}

Result<bool> Tables::Next(Table* out) {
  if (!more_) return false;
  *out = {};
  out->scope = scope_;
  out->name = *ParseTableSegment(Slice(scope_).substr(0, scope_.size() - 1));
  std::string table_row;
  std::string counter_row;
  while (more_ && scope_ == out->scope) {
    KeepNewest(payload_, kind_ == kTableKind ? &table_row : &counter_row);
    SNAPTREE_ASSIGN(more_, ReadEntry());
  }
  if (!table_row.empty()) SNAPTREE_TRY(TakeTableRow(table_row, out));
  if (!counter_row.empty()) SNAPTREE_TRY(TakeCounterRow(counter_row, out));
  return true;
}

Status Tables::TakeTableRow(const std::string& payload, Table* out) {
  const PackedRow packed = UnpackRow(payload);
  if (VerdictOf(packed) == Verdict::kDamaged) out->record = TableRecord::kDamaged;
  if (VerdictOf(packed) != Verdict::kLive) return {};
  return ReadSchema(packed.row, out);
}

Status Tables::TakeCounterRow(const std::string& payload, Table* out) {
  const PackedRow packed = UnpackRow(payload);
  out->has_counter = VerdictOf(packed) == Verdict::kDamaged || VerdictOf(packed) == Verdict::kLive;
  if (VerdictOf(packed) != Verdict::kLive) return {};
  return ReadCounter(packed.row, out);
}

Status Tables::ReadSchema(const ViewRow& row, Table* out) {
  Status why;
  if (row.body.size <= kMaxTableBytes) {
    std::string storage;
    SNAPTREE_ASSIGN(const Slice value, LoadValue(context_.source, row.body, &storage));
    Result<TableSchema> schema = ParseTableSchema(value);
    if (schema.ok()) {
      out->record = TableRecord::kThere;
      out->schema = *std::move(schema);
      return {};
    }
    why = schema.status();
  } else {
    why = DataError("DdbInvalidSchema", "the table's record is larger than any that a node writes");
  }
  out->record = TableRecord::kDamaged;
  return context_.ledger.AddDamaged(table_family_, row, why);
}

Status Tables::ReadCounter(const ViewRow& row, Table* out) {
  if (row.body.size <= kMaxCounterBytes) {
    std::string storage;
    SNAPTREE_ASSIGN(const Slice value, LoadValue(context_.source, row.body, &storage));
    out->counter = ParseDecimal(TrimWhiteSpace(value));
    if (out->counter) return {};
  }
  return context_.ledger.AddDamaged(
      counter_family_, row,
      DataError("DdbInvalidCounter", "the counter of a table is no decimal number"));
}

}  // namespace snaptree::dynamodb
