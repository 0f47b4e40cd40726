#include "adapters/rawkv/rawkv_decoder.h"

#include <string>

#include "adapters/common/row_lines.h"
#include "base/coding.h"
#include "base/text.h"
#include "formats/view_cursor.h"

namespace snaptree {
namespace {

constexpr uint64_t kInlineBytes = 4096;
constexpr size_t kFixedBytes =
    32;  // commit_ts, expire_at, position, size; then the value if it is small

// What a row's line needs, as a sorter's payload.
void PackRow(const ViewRow& row, std::string* out) {
  out->clear();
  AppendBe64(out, row.commit_ts);
  AppendBe64(out, row.expire_at);
  AppendBe64(out, row.body.position);
  AppendBe64(out, row.body.size);
  if (row.body.IsResident() && row.body.size <= kInlineBytes) out->append(row.body.resident);
}

struct PackedRow {
  uint64_t commit_ts;
  uint64_t expire_at;
  ValueRef value;

  static PackedRow Unpack(Slice payload) {
    const char* p = payload.data();
    return {LoadBe64(p),
            LoadBe64(p + 8),
            {payload.substr(kFixedBytes), LoadBe64(p + 24), LoadBe64(p + 16)}};
  }
};

// The live rows of a family, sorted by logical key: calls take(key, row).
template <class Take>
Status ForEachSorted(const DecodeContext& context, FamilyId family, Take take) {
  ExternalSorter sorter(context.sorter_options(0.3));
  ViewCursor cursor(context.source, context.scan, family);
  ViewRow row;
  std::string packed;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) break;
    PackRow(row, &packed);
    SNAPTREE_TRY(sorter.Add(row.key, packed));
  }
  SNAPTREE_TRY(sorter.Finish());
  Slice key;
  Slice payload;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, sorter.Next(&key, &payload));
    if (!more) return {};
    SNAPTREE_TRY(take(key, PackedRow::Unpack(payload)));
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
  RowLinesFile file(context.source, context.sink, "rawkv", "data.jsonl");
  ExpiryJoin join(expiries);
  SNAPTREE_TRY(ForEachSorted(context, family, [&](Slice key, const PackedRow& row) -> Status {
    SNAPTREE_TRY(file.BeginRow(key, row.value));
    uint64_t expire_at_ms = 0;
    SNAPTREE_ASSIGN(const bool expires, join.Find(key, &expire_at_ms));
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
  if (context.scan.of(family).live == 0 || !IsWanted(context, family, "unknown/rows.jsonl"))
    return 0;
  RowLinesFile file(context.source, context.sink, "unknown", "rows.jsonl");
  SNAPTREE_TRY(ForEachSorted(context, family, [&](Slice key, const PackedRow& row) -> Status {
    SNAPTREE_TRY(file.BeginRow(key, row.value));
    file.json().Member("commit_ts", row.commit_ts);
    if (row.expire_at != 0) file.json().Member("expire_at_hlc", row.expire_at);
    if (file.rows() == 1) {
      context.findings.Warn(
          "unknown_rows",
          "rows of a reserved root that this version does not know, kept in unknown/",
          Printable(key), context.scan.of(family).live);
    }
    return file.EndRow();
  }));
  context.ledger.Add(family, RowLedger::Place::kUnknown, file.rows());
  SNAPTREE_TRY(file.Finish());
  return file.rows();
}

}  // namespace snaptree
