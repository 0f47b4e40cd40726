// Compares what records expect with the rows that are there. Everything goes through a sorter as
// digests, so memory is flat; what is found is kept as places, the first ones of each kind. One
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "check/verify/index_walk.h"
#include "check/verify/row_digest.h"

#include "base/external_sorter.h"

namespace snaptree {

enum class IndexDefect : uint8_t {
  kMissing,        // place: the record
  kMissingNote,    // the same
  kStale,          // place: the row, as below
  kWithoutRecord,  // a row whose record is not there, where that is a note
  kMismatch,       // a row with another value than its record says
};
inline constexpr size_t kIndexDefects = 5;

struct DefectPlace {
  uint64_t position = 0;
  RowDigest row;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the comparison for a pointer
  auto operator<=>(const DefectPlace& other) const = default;
};

// The first places of a kind, and how many there are.
class DefectPlaces {
 public:
  static constexpr size_t kMax = 10000;

  void Add(const DefectPlace& place);
  void Merge(const DefectPlaces& other);
  uint64_t count() const { return count_; }
  size_t kept() const { return first_.size(); }
  // Call once, before Has().
  void Sort();
  bool Has(const DefectPlace& place) const;

 private:
  uint64_t count_ = 0;
  std::vector<DefectPlace> first_;  // a heap with the last one on top; sorted in the end
};

// Whether there is anything to look for: adds up the digests of both sides. Equal sums mean equal
// sides (but for a chance of 1 in 2^128), which is how nearly all snapshots are, and cost no sort.
// Other sums mean nothing: there are differences that are right.
class IndexSum : public IndexTaker {
 public:
  Status Expect(const IndexRules& rules, Slice record, const ViewRow& at, Slice row_key,
                Slice value, Absence absence) override;
  Status Exists(Slice /*record*/) override { return {}; }
  Status Unjudged(Slice /*record*/) override { return {}; }
  Status Row(const IndexRules& rules, Slice record, const ViewRow& row, Slice value) override;

  bool same() const { return high_ == 0 && low_ == 0; }

 private:
  // Expected less found, modulo 2^64.
  uint64_t high_ = 0;
  uint64_t low_ = 0;
};

class IndexJoin : public IndexTaker {
 public:
  explicit IndexJoin(SorterOptions sorter) : sorter_(std::move(sorter)) {}

  Status Expect(const IndexRules& rules, Slice record, const ViewRow& at, Slice row_key,
                Slice value, Absence absence) override;
  Status Exists(Slice record) override;
  Status Unjudged(Slice record) override;
  Status Row(const IndexRules& rules, Slice record, const ViewRow& row, Slice value) override;

  // Compares all that was given.
  Status Finish();
  const DefectPlaces& of(IndexDefect kind) const { return places_[static_cast<size_t>(kind)]; }
  bool clean() const;

 private:
  // Of one record, they come in this order.
  enum class Kind : uint8_t { kUnjudged, kExists, kExpected, kRow };
  struct Entry {
    RowDigest row;
    uint64_t value = 0;  // a digest
    uint64_t position = 0;
    Absence absence = Absence::kProblem;             // of what is expected
    Treatment without_record = Treatment::kProblem;  // of a row
    bool is_repair = false;                          // of a row
    bool found = false;
    bool found_repaired = false;
  };

  Status Add(Slice record, Kind kind, const Entry& entry);
  DefectPlaces& Places(IndexDefect kind) { return places_[static_cast<size_t>(kind)]; }
  void BeginRecord();
  void EndRecord();
  void TakeRow(const Entry& row);
  void NoteIfAllAbsent();

  ExternalSorter sorter_;
  std::array<DefectPlaces, kIndexDefects> places_;
  // Of those whose absence is a note only when it is that of all.
  DefectPlaces absent_;
  bool has_present_ = false;  // one that is there, and is no repair

  // The record at hand.
  bool unjudged_ = false;
  bool exists_ = false;
  std::vector<Entry> expected_;  // ascending by row
};

}  // namespace snaptree
