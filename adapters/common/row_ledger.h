// Where the live data rows went. The scan has counted them by family; adapters book each one here,
// exactly once, and at the end the two must agree: that is how "nothing is silently dropped" is
// checked in every run.
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

// A row that its owner could not read.
struct DamagedRecord {
  std::string address;  // family and key, for people
  std::string code;     // "RowFlags", "RedisInvalidBlob"
  std::string reason;
  uint64_t offset = 0;  // of the row in the file
  std::string input;    // the file, when there are several
};

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

  // source: where rows stand, for the offsets of damaged ones.
  explicit RowLedger(const RowSource& source) : source_(source), counts_(Families().size()) {}

  void Add(FamilyId family, Place place, uint64_t rows = 1) {
    counts_[family][static_cast<size_t>(place)] += rows;
  }
  // Books a damaged row and keeps it for unknown/damaged/rows.jsonl (the first 1000 also for the
  // report).
  Status AddDamaged(FamilyId family, const ViewRow& row, const Status& why);
  // For a row that is known by its position only: it is read again.
  Status AddDamagedAt(FamilyId family, uint64_t row_position, const Status& why);

  // Called for each damaged row with what the file of damaged rows wants to know.
  using KeepDamaged = std::function<Status(FamilyId family, const ViewRow& row, const Status& why)>;
  void SetKeepDamaged(KeepDamaged keep) { keep_damaged_ = std::move(keep); }

  uint64_t count(FamilyId family, Place place) const {
    return counts_[family][static_cast<size_t>(place)];
  }
  uint64_t booked(FamilyId family) const;
  // Adds what another ledger booked, and its damaged records behind those of this one.
  void Merge(const RowLedger& other);
  const std::vector<DamagedRecord>& damaged() const { return damaged_; }

 private:
  const RowSource& source_;
  std::vector<std::array<uint64_t, kPlaces>> counts_;  // by FamilyId
  std::vector<DamagedRecord> damaged_;
  KeepDamaged keep_damaged_;
};

}  // namespace snaptree
