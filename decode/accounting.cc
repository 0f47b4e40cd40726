#include "decode/accounting.h"

#include <algorithm>
#include <array>

namespace snaptree {
namespace {

using Place = RowLedger::Place;

// Rows that transactions added stand in no input, so no class counts them; emitted rows are what
// nearly all of them became.
uint64_t TakeOff(uint64_t n, uint64_t* rows) {
  const uint64_t taken = std::min(n, *rows);
  *rows -= taken;
  return n - taken;
}

// Classes of spec 01 section 7.8; the first match wins, in the order of its table.
Status AccountFamily(const ScanResult& scan, const RowLedger& ledger, FamilyId id, RowClasses* rows,
                     uint64_t* newer) {
  const FamilyCounts& f = scan.of(id);
  const uint64_t sound = f.rows - f.damaged;
  rows->total += f.rows;
  rows->damaged += f.damaged;
  switch (Families()[id].family_class) {
    case FamilyClass::kOperational:
      rows->operational += sound;
      return {};
    case FamilyClass::kTransactional:
      rows->transactional += sound - ledger.count(id, Place::kDamaged);
      rows->damaged += ledger.count(id, Place::kDamaged);
      return {};
    case FamilyClass::kDerived:
      rows->derived_index += sound;
      return {};
    case FamilyClass::kData:
    case FamilyClass::kUnknown:
      break;
  }
  std::array<uint64_t, RowLedger::kPlaces> booked{};
  uint64_t added = f.added.live;
  for (size_t place = 0; place < RowLedger::kPlaces; ++place) {
    booked[place] = ledger.count(id, static_cast<Place>(place));
    added = TakeOff(added, &booked[place]);
  }
  const auto in = [&booked](Place place) { return booked[static_cast<size_t>(place)]; };
  const uint64_t newer_in_files = f.newer - f.added.newer;
  *newer += newer_in_files;
  rows->excluded += newer_in_files + in(Place::kExcluded);
  rows->older_version += f.older - f.added.older;
  rows->tombstone += f.tombstone - f.added.tombstone;
  rows->expired += f.expired;
  rows->emitted += in(Place::kEmitted);
  rows->operational += in(Place::kOperational);
  rows->unknown += in(Place::kUnknown);
  rows->damaged += in(Place::kDamaged);
  if (ledger.booked(id) == f.live) return {};
  return EnvironmentError("Internal",
                          "rows were lost from the accounts: this is a defect of snaptree")
      .Address("family " + std::string(FamilyName(id)))
      .Expected(std::to_string(f.live) + " live rows")
      .Found(std::to_string(ledger.booked(id)) + " rows booked")
      .Next("report it with the output of: snaptree inspect --json FILE");
}

void Merge(const RowClasses& from, RowClasses* into) {
  into->total += from.total;
  into->emitted += from.emitted;
  into->older_version += from.older_version;
  into->tombstone += from.tombstone;
  into->expired += from.expired;
  into->derived_index += from.derived_index;
  into->operational += from.operational;
  into->transactional += from.transactional;
  into->excluded += from.excluded;
  into->unknown += from.unknown;
  into->damaged += from.damaged;
}

}  // namespace

Status Account(const ScanResult& scan, const RowLedger& ledger, DecodeReport* report) {
  std::array<RowClasses, kAdapterCount> by_adapter;
  for (size_t i = 0; i < Families().size(); ++i) {
    const auto id = static_cast<FamilyId>(i);
    RowClasses rows;
    SNAPTREE_TRY(AccountFamily(scan, ledger, id, &rows, &report->newer_than_at));
    Merge(rows, &by_adapter[static_cast<size_t>(Families()[i].adapter)]);
    Merge(rows, &report->rows);
  }
  for (size_t i = 0; i < kAdapterCount; ++i) report->adapters[i].rows = by_adapter[i];
  if (report->rows.Sum() == report->rows.total) return {};
  return EnvironmentError("Internal",
                          "the classes of rows do not add up: this is a defect of snaptree")
      .Expected(std::to_string(report->rows.total))
      .Found(std::to_string(report->rows.Sum()));
}

}  // namespace snaptree
