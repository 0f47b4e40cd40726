#include "adapters/common/row_ledger.h"

#include "formats/fsm_format.h"

namespace snaptree {

uint64_t RowLedger::booked(FamilyId family) const {
  uint64_t n = 0;
  for (const uint64_t c : counts_[family]) n += c;
  return n;
}

void RowLedger::Merge(const RowLedger& other) {
  for (size_t i = 0; i < counts_.size(); ++i) {
    for (size_t place = 0; place < kPlaces; ++place) counts_[i][place] += other.counts_[i][place];
  }
}

Status RowLedger::AddDamaged(FamilyId family, const ViewRow& row, const Status& why) {
  Add(family, Place::kDamaged);
  return keep_damaged_(family, row, why);
}

Status RowLedger::AddDamagedAt(FamilyId family, uint64_t row_position, const Status& why) {
  const std::unique_ptr<RowCursor> cursor =
      source_.OpenCursor({row_position, source_.extent().end});
  SNAPTREE_ASSIGN(const auto rows, cursor->NextBatch());
  if (rows.empty())
    return EnvironmentError("ChangedWhileReading", "a row is gone")
        .At(source_.name(), row_position);
  const Row& row = rows.front();
  const MvccRow mvcc = MvccRow::Parse(row.key, row.value);
  ViewRow view;
  view.key = mvcc.user_key;
  view.commit_ts = mvcc.commit_ts;
  view.expire_at = mvcc.expire_at;
  view.body = {row.value.substr(kValueHeaderBytes), row.value_size - kValueHeaderBytes,
               row.value_position + kValueHeaderBytes};
  view.position = row.position;
  view.end = row.end;
  return AddDamaged(family, view, why);
}

}  // namespace snaptree
