// Where the live data rows went. The scan has counted them by family; adapters book each one here,
// exactly once, and at the end the two must agree: that is how "nothing is silently dropped" is
// checked in every run. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/family_table.h"
#include "formats/scan.h"
#include "formats/view_cursor.h"

namespace snaptree {

class RowLedger {
 public:
  enum class Place : uint8_t {
    kEmitted,      // its data is in the tree
    kOperational,  // dead, unreachable or shadowed by the rules of its owner
    kExcluded,     // left out by an option, or its adapter cannot be decoded yet
    kUnknown,      // kept under unknown/
    kDamaged,      // kept under unknown/ with the reason
  };
  static constexpr size_t kPlaces = 5;

  // Called for each damaged row, by several threads when several ledgers share it.
  using KeepDamaged = std::function<Status(FamilyId family, const ViewRow& row, const Status& why)>;

  RowLedger(const RowSource& source, KeepDamaged keep_damaged)
      : source_(source), counts_(Families().size()), keep_damaged_(std::move(keep_damaged)) {}
  // One for the same rows that has booked none.
  RowLedger Empty() const { return {source_, keep_damaged_}; }

  void Add(FamilyId family, Place place, uint64_t rows = 1) {
    counts_[family][static_cast<size_t>(place)] += rows;
  }
  // Books a damaged row and keeps it for unknown/damaged/rows.jsonl.
  Status AddDamaged(FamilyId family, const ViewRow& row, const Status& why);
  // For a row that is known by its position only: it is read again.
  Status AddDamagedAt(FamilyId family, uint64_t row_position, const Status& why);

  uint64_t count(FamilyId family, Place place) const {
    return counts_[family][static_cast<size_t>(place)];
  }
  uint64_t booked(FamilyId family) const;
  // Adds what another ledger booked.
  void Merge(const RowLedger& other);

 private:
  const RowSource& source_;
  std::vector<std::array<uint64_t, kPlaces>> counts_;  // by FamilyId
  KeepDamaged keep_damaged_;
};

}  // namespace snaptree
