#include "adapters/common/row_ledger.h"

#include "base/text.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

constexpr size_t kDamagedKept = 1000;

// The file of a value, when it is not the only one.
std::string OtherName(const RowSource& source, uint64_t value_position) {
  const std::string& name = source.FileOf(value_position);
  return name == source.name() ? "" : name;
}

}  // namespace

uint64_t RowLedger::booked(FamilyId family) const {
  uint64_t n = 0;
  for (const uint64_t c : counts_[family]) n += c;
  return n;
}

void RowLedger::Merge(const RowLedger& other) {
  for (size_t i = 0; i < counts_.size(); ++i) {
    for (size_t place = 0; place < kPlaces; ++place) counts_[i][place] += other.counts_[i][place];
  }
  for (const DamagedRecord& record : other.damaged_) {
    if (damaged_.size() < kDamagedKept) damaged_.push_back(record);
  }
}

Status RowLedger::AddDamaged(FamilyId family, const ViewRow& row, const Status& why) {
  Add(family, Place::kDamaged);
  if (damaged_.size() < kDamagedKept) {
    damaged_.push_back({std::string(FamilyName(family)) + " row \"" + Printable(row.key) + "\"",
                        why.code(), why.info().what,
                        source_.OffsetOf(row.position, row.body.position),
                        OtherName(source_, row.body.position)});
  }
  return keep_damaged_ ? keep_damaged_(family, row, why) : Status::Ok();
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
