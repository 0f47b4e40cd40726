#include "adapters/common/sorted_rows.h"

#include "base/coding.h"

namespace snaptree {
namespace {

constexpr uint64_t kInlineBytes = 4096;
// A payload: commit_ts, expire_at, position and size of the value; then the value if it is small.
constexpr size_t kFixedBytes = 32;

}  // namespace

Status SortedRows::Add(const ViewRow& row) {
  const std::lock_guard lock(mutex_);
  packed_.clear();
  AppendBe64(&packed_, row.commit_ts);
  AppendBe64(&packed_, row.expire_at);
  AppendBe64(&packed_, row.body.position);
  AppendBe64(&packed_, row.body.size);
  if (row.body.IsResident() && row.body.size <= kInlineBytes) packed_.append(row.body.resident);
  return sorter_.Add(row.key, packed_);
}

Result<bool> SortedRows::Next(SortedRow* row) {
  Slice payload;
  SNAPTREE_ASSIGN(const bool more, sorter_.Next(&row->key, &payload));
  if (!more) return false;
  const char* p = payload.data();
  row->commit_ts = LoadBe64(p);
  row->expire_at = LoadBe64(p + 8);
  row->value = {payload.substr(kFixedBytes), LoadBe64(p + 24), LoadBe64(p + 16)};
  return true;
}

}  // namespace snaptree
