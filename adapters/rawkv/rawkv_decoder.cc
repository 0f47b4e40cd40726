#include "adapters/rawkv/rawkv_decoder.h"

#include <string>

#include "adapters/common/row_lines.h"
#include "adapters/common/sorted_rows.h"
#include "base/coding.h"
#include "base/text.h"
#include "formats/view_cursor.h"

namespace snaptree {
namespace {

// The live rows of a family.
Status Collect(const DecodeContext& context, FamilyId family, SortedRows* rows) {
  ViewCursor cursor(context.source, context.scan, family);
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    SNAPTREE_TRY(rows->Add(row));
  }
}

// Calls take(row) for each row, sorted by logical key.
template <class Take>
Status ForEachSorted(const DecodeContext& context, SortedRows* rows, Take take) {
  SNAPTREE_TRY(rows->Finish());
  SortedRow row;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, rows->Next(&row));
    if (!more) return {};
    SNAPTREE_TRY(take(row));
    context.progress.done.fetch_add(1, std::memory_order_relaxed);
  }
}

// Whether a run wants the only file of a family; if not, its rows are booked.
bool IsWanted(const DecodeContext& context, FamilyId family, Slice address) {
  if (context.filter.Selects(address)) return true;
  context.ledger.Add(family, RowLedger::Place::kExcluded, context.scan.of(family).live);
  return false;
}

// Walks (key, expiry) beside the rows: both ascend by key.
class ExpiryJoin {
 public:
  explicit ExpiryJoin(ExternalSorter* expiries) : expiries_(expiries) {}

  Result<bool> Find(Slice key, uint64_t* expire_at_ms) {
    while (expiries_ != nullptr && (!loaded_ || key_ < key)) {
      Slice next;
      Slice payload;
      SNAPTREE_ASSIGN(const bool more, expiries_->Next(&next, &payload));
      if (!more) {
        expiries_ = nullptr;
        break;
      }
      loaded_ = true;
      key_ = next;
      expire_at_ms_ = LoadBe64(payload.data());
    }
    *expire_at_ms = expire_at_ms_;
    return expiries_ != nullptr && key_ == key;
  }

 private:
  ExternalSorter* expiries_;
  bool loaded_ = false;
  std::string key_;
  uint64_t expire_at_ms_ = 0;
};

}  // namespace

Result<uint64_t> DecodeRawKv(const DecodeContext& context, ExternalSorter* expiries) {
  const FamilyId family = BareFamily();
  if (context.scan.of(family).live == 0 || !IsWanted(context, family, "rawkv/data.jsonl")) return 0;
  context.progress.Begin("write raw rows", "rows", context.scan.of(family).live);
  SortedRows rows(context.sorter_options(0.3));
  SNAPTREE_TRY(Collect(context, family, &rows));
  RowLinesFile file(context.source, context.sink, "rawkv", "data.jsonl");
  ExpiryJoin join(expiries);
  SNAPTREE_TRY(ForEachSorted(context, &rows, [&](const SortedRow& row) -> Status {
    SNAPTREE_TRY(file.BeginRow(row.key, row.value));
    uint64_t expire_at_ms = 0;
    SNAPTREE_ASSIGN(const bool expires, join.Find(row.key, &expire_at_ms));
    if (expires) file.json().Member("redis_expire_at_ms", expire_at_ms);
    if (row.expire_at != 0) file.json().Member("expire_at_hlc", row.expire_at);
    return file.EndRow();
  }));
  context.ledger.Add(family, RowLedger::Place::kEmitted, file.rows());
  SNAPTREE_TRY(file.Finish());
  return file.rows();
}

Result<uint64_t> DecodeUnknownRows(const DecodeContext& context) {
  const FamilyId family = UnknownFamily();
  const uint64_t kept = context.unknown.size();  // their adapters have said why
  if (context.scan.of(family).live > 0 && IsWanted(context, family, "unknown/rows.jsonl")) {
    SNAPTREE_TRY(Collect(context, family, &context.unknown));
  }
  const uint64_t unknown = context.unknown.size() - kept;
  context.ledger.Add(family, RowLedger::Place::kUnknown, unknown);
  RowLinesFile file(context.source, context.sink, "unknown", "rows.jsonl");
  std::string example;
  SNAPTREE_TRY(ForEachSorted(context, &context.unknown, [&](const SortedRow& row) -> Status {
    if (example.empty() && ClassifyLogicalKey(row.key) == family) example = Printable(row.key);
    SNAPTREE_TRY(file.BeginRow(row.key, row.value));
    file.json().Member("commit_ts", row.commit_ts);
    if (row.expire_at != 0) file.json().Member("expire_at_hlc", row.expire_at);
    return file.EndRow();
  }));
  if (unknown > 0) {
    context.findings.Warn(
        "unknown_rows", "rows of a reserved root that this version does not know, kept in unknown/",
        example, unknown);
  }
  SNAPTREE_TRY(file.Finish());
  return file.rows();
}

}  // namespace snaptree
