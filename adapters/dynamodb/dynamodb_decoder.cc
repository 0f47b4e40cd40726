#include "adapters/dynamodb/dynamodb_decoder.h"

#include "adapters/dynamodb/dynamodb_table_items.h"
#include "adapters/dynamodb/dynamodb_table_writer.h"
#include "base/progress_ticks.h"
#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

using Place = RowLedger::Place;

// What becomes of the rows of one table and generation (spec 03 sections 3.1 and 3.3).
enum class Fate : uint8_t {
  kCounts,
  kStale,      // of another generation
  kDeleted,    // of a deleted table
  kOrphan,     // of a table that cannot be told
  kExcluded,   // of a table of which nothing is wanted
  kMalformed,  // the key names no table or no generation
};

// The tables of one piece.
class Decoder {
 public:
  Decoder(const DecodeContext& context, const DynamodbOptions& options, ExternalSorter* table_rows,
          OrphanRows* orphans)
      : context_(context),
        family_(FamilyOf(kItemPrefix)),
        tables_(context, table_rows),
        writer_(context),
        orphans_(*orphans),
        items_(context, {options.jsonl, options.bundle_bytes}, orphans) {}

  Result<AdapterTotals> Run();

 private:
  Status Walk();
  Status Row(const ViewRow& row);
  Status DeadRow(const ViewRow& row, Slice tail);
  Status BeginScope(const ItemKey& key);
  Status ToTable(Slice scope);
  Status NextTable();
  void Open(Table table);
  Status Close();
  void ReportDead();
  Fate FateOf(const std::optional<uint64_t>& generation) const;

  const DecodeContext& context_;
  const FamilyId family_;
  Tables tables_;
  TableWriter writer_;
  OrphanRows& orphans_;
  TableItems items_;
  AdapterTotals totals_;

  bool more_tables_ = false;
  Table next_;           // the table behind table_
  Table table_;          // whose rows come
  bool open_ = false;    // there is one
  bool wanted_ = false;  // something of it may be selected
  uint64_t dead_ = 0;    // rows of it that do not count
  std::string scope_;    // B(table) "|" generation "|" of the row before
  uint64_t generation_ = 0;
  Fate fate_ = Fate::kMalformed;
};

Status Decoder::NextTable() {
  SNAPTREE_ASSIGN(more_tables_, tables_.Next(&next_));
  return {};
}

void Decoder::Open(Table table) {
  table_ = std::move(table);
  open_ = true;
  dead_ = 0;
  if (table_.record != TableRecord::kThere) return;
  wanted_ = writer_.MayWant(table_);
  if (wanted_) items_.Begin(table_, TableFolder(table_) + "items/");
}

Status Decoder::Close() {
  if (!open_) return {};
  open_ = false;
  ReportDead();
  if (table_.record != TableRecord::kThere) {
    writer_.BookCounterOnly(table_);
    return {};
  }
  if (!wanted_) {
    writer_.Exclude(table_);
    return {};
  }
  SNAPTREE_TRY(items_.Finish());
  totals_.records += items_.written();
  SNAPTREE_ASSIGN(const bool written, writer_.Write(table_, items_.written()));
  if (written) totals_.scopes.push_back(table_.name);
  return {};
}

// Closes the tables before this one, and opens it; tables are in the order of the rows.
Status Decoder::ToTable(Slice scope) {
  if (open_ && table_.scope == scope) return {};
  SNAPTREE_TRY(Close());
  while (more_tables_ && next_.scope < scope) {
    Open(std::move(next_));
    SNAPTREE_TRY(Close());
    SNAPTREE_TRY(NextTable());
  }
  if (more_tables_ && next_.scope == scope) {
    Open(std::move(next_));
    return NextTable();
  }
  Table unknown;
  unknown.scope = scope;
  unknown.name = ParseTableSegment(scope.substr(0, scope.size() - 1)).value_or("");
  Open(std::move(unknown));
  return {};
}

Fate Decoder::FateOf(const std::optional<uint64_t>& generation) const {
  if (table_.name.empty() || !generation) return Fate::kMalformed;
  if (table_.record == TableRecord::kAbsent && table_.has_counter) return Fate::kDeleted;
  if (table_.record != TableRecord::kThere) return Fate::kOrphan;
  if (!wanted_) return Fate::kExcluded;
  return items_.Counts(*generation) ? Fate::kCounts : Fate::kStale;
}

Status Decoder::BeginScope(const ItemKey& key) {
  SNAPTREE_TRY(ToTable(key.scope.substr(0, key.table.size() + 1)));
  const std::optional<uint64_t> generation = ParseDecimal(key.generation);
  scope_ = key.scope;
  generation_ = generation.value_or(0);
  fate_ = FateOf(generation);
  return {};
}

Status Decoder::Row(const ViewRow& row) {
  const Slice rest = row.key.substr(kItemPrefix.size());
  if (scope_.empty() || !rest.starts_with(scope_)) {
    ItemKey key;
    if (!SplitItemKey(row.key, &key)) {
      return context_.ledger.AddDamaged(family_, row, MalformedItemKey());
    }
    SNAPTREE_TRY(BeginScope(key));
  }
  const Slice tail = rest.substr(scope_.size());
  return fate_ == Fate::kCounts ? items_.Row(row, generation_, tail) : DeadRow(row, tail);
}

Status Decoder::DeadRow(const ViewRow& row, Slice tail) {
  if (fate_ == Fate::kExcluded) {
    context_.ledger.Add(family_, Place::kExcluded);
    return {};
  }
  if (fate_ == Fate::kMalformed || !IsItemTail(tail)) {
    return context_.ledger.AddDamaged(family_, row, MalformedItemKey());
  }
  ++dead_;
  if (fate_ == Fate::kOrphan) return orphans_.Keep(&context_.ledger, row);
  context_.ledger.Add(family_, Place::kOperational);
  return orphans_.Salvage(row);
}

void Decoder::ReportDead() {
  if (dead_ == 0) return;
  const std::string name = "table \"" + Printable(table_.name) + "\"";
  if (table_.record == TableRecord::kThere) {
    const TableSchema& schema = table_.schema;
    context_.findings.Note("ddb_stale_generation_items",
                           "item rows of older generations, which their table does not see",
                           name + ", generation " + std::to_string(schema.generation) +
                               ", migrating from " + std::to_string(schema.migrating_from),
                           dead_);
  } else if (table_.record == TableRecord::kDamaged) {
    context_.findings.Warn("ddb_orphan_items",
                           "item rows without a table, kept in dynamodb/~orphan_rows.jsonl",
                           name + ", whose record is damaged", dead_);
  } else if (table_.has_counter) {
    context_.findings.Note("ddb_deleted_table_items", "item rows of deleted tables", name, dead_);
  } else {
    context_.findings.Warn(
        "ddb_orphan_items", "item rows without a table, kept in dynamodb/~orphan_rows.jsonl",
        name + ", perhaps moved to another raft group: give the files of all", dead_);
  }
}

Status Decoder::Walk() {
  ViewCursor cursor(context_.source, context_.scan, family_);
  ViewRow row;
  ProgressTicks ticks(&context_.progress);
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    ticks.Tick();
    SNAPTREE_TRY(Row(row));
  }
}

Result<AdapterTotals> Decoder::Run() {
  SNAPTREE_TRY(tables_.Start());
  SNAPTREE_TRY(NextTable());
  SNAPTREE_TRY(Walk());
  SNAPTREE_TRY(Close());
  while (more_tables_) {
    Open(std::move(next_));
    SNAPTREE_TRY(Close());
    SNAPTREE_TRY(NextTable());
  }
  if (writer_.wrote_extensions()) totals_.extensions.push_back("dynamodb/*/_schema_ext.json");
  return std::move(totals_);
}

}  // namespace

Result<AdapterTotals> DecodeDynamodb(const DecodeContext& context, const DynamodbOptions& options) {
  const FamilyId item_rows[] = {FamilyOf(kItemPrefix)};
  context.progress.Begin("write dynamodb items", "rows", context.scan.of(item_rows[0]).live);
  SNAPTREE_ASSIGN(const std::vector<ScopePiece> scopes, CutScopes(context, item_rows, TableScope));
  std::deque<ExternalSorter> table_rows;
  SNAPTREE_TRY(CollectTables(context, scopes, &table_rows));
  OrphanRows orphans(context);
  SNAPTREE_ASSIGN(AdapterTotals totals,
                  RunScopePieces(context, scopes, [&](const DecodeContext& own, size_t piece) {
                    return Decoder(own, options, &table_rows[piece], &orphans).Run();
                  }));
  // Counters are no records.
  for (const Slice prefix : {kItemPrefix, kTablePrefix}) {
    totals.losses += context.ledger.count(FamilyOf(prefix), Place::kDamaged);
  }
  SNAPTREE_TRY(orphans.Write());
  if (orphans.rows() > 0) totals.extensions.emplace_back(kOrphanRowsPath);
  return totals;
}

}  // namespace snaptree::dynamodb
