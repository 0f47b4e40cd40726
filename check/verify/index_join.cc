#include "check/verify/index_join.h"

#include <algorithm>

#include "base/cancel.h"
#include "base/coding.h"

namespace snaptree {
namespace {

constexpr size_t kRecordBytes = 8;

uint64_t ValueDigest(const IndexRules& rules, Slice value) {
  return rules.any_value ? 0 : DigestOf(value).high;
}

// Of key and value as one: sums must not mix those of two rows.
RowDigest WholeDigest(const IndexRules& rules, Slice key, Slice value) {
  const RowDigest digest = DigestOf(key);
  const uint64_t parts[] = {digest.high, digest.low, ValueDigest(rules, value)};
  return DigestOf({reinterpret_cast<const char*>(parts), sizeof parts});
}

}  // namespace

void DefectPlaces::Add(const DefectPlace& place) {
  ++count_;
  if (first_.size() == kMax) {
    if (first_.front() <= place) return;
    std::pop_heap(first_.begin(), first_.end());
    first_.pop_back();
  }
  first_.push_back(place);
  std::push_heap(first_.begin(), first_.end());
}

void DefectPlaces::Merge(const DefectPlaces& other) {
  const uint64_t rest = other.count_ - other.first_.size();
  for (const DefectPlace& place : other.first_) Add(place);
  count_ += rest;
}

void DefectPlaces::Sort() { std::sort(first_.begin(), first_.end()); }

bool DefectPlaces::Has(const DefectPlace& place) const {
  return std::binary_search(first_.begin(), first_.end(), place);
}

Status IndexSum::Expect(const IndexRules& rules, Slice /*record*/, const ViewRow& /*at*/,
                        Slice row_key, Slice value, Absence /*absence*/) {
  const RowDigest digest = WholeDigest(rules, row_key, value);
  high_ += digest.high;
  low_ += digest.low;
  return {};
}

Status IndexSum::Row(const IndexRules& rules, Slice /*record*/, const ViewRow& row, Slice value) {
  const RowDigest digest = WholeDigest(rules, row.key, value);
  high_ -= digest.high;
  low_ -= digest.low;
  return {};
}

Status IndexJoin::Add(Slice record, Kind kind, const Entry& entry) {
  // Fixed sizes: 8 bytes of the record's digest are enough, since they only bring rows together.
  char key[kRecordBytes + 1 + 2 * sizeof(uint64_t)];
  char payload[2 * sizeof(uint64_t) + 3];
  const auto store = [](char* at, uint64_t number) {
    number = __builtin_bswap64(number);
    std::memcpy(at, &number, sizeof number);
  };
  store(key, DigestOf(record).high);
  key[kRecordBytes] = static_cast<char>(kind);
  store(key + kRecordBytes + 1, entry.row.high);
  store(key + kRecordBytes + 1 + sizeof(uint64_t), entry.row.low);
  store(payload, entry.value);
  store(payload + sizeof(uint64_t), entry.position);
  payload[2 * sizeof(uint64_t)] = static_cast<char>(entry.absence);
  payload[2 * sizeof(uint64_t) + 1] = static_cast<char>(entry.without_record);
  payload[2 * sizeof(uint64_t) + 2] = entry.is_repair ? '\1' : '\0';
  return sorter_.Add({key, sizeof key}, {payload, sizeof payload});
}

Status IndexJoin::Expect(const IndexRules& rules, Slice record, const ViewRow& at, Slice row_key,
                         Slice value, Absence absence) {
  Entry entry{DigestOf(row_key), ValueDigest(rules, value), at.position};
  entry.absence = absence;
  return Add(record, Kind::kExpected, entry);
}

Status IndexJoin::Exists(Slice record) { return Add(record, Kind::kExists, {}); }

Status IndexJoin::Unjudged(Slice record) { return Add(record, Kind::kUnjudged, {}); }

Status IndexJoin::Row(const IndexRules& rules, Slice record, const ViewRow& row, Slice value) {
  Entry entry{DigestOf(row.key), ValueDigest(rules, value), row.position};
  entry.without_record = rules.without_record;
  entry.is_repair = rules.is_repair;
  return Add(record, Kind::kRow, entry);
}

bool IndexJoin::clean() const {
  return std::all_of(places_.begin(), places_.end(),
                     [](const DefectPlaces& places) { return places.count() == 0; });
}

void IndexJoin::BeginRecord() {
  unjudged_ = exists_ = false;
  expected_.clear();
}

void IndexJoin::TakeRow(const Entry& row) {
  const DefectPlace place{row.position, row.row};
  const auto [begin, end] =
      std::equal_range(expected_.begin(), expected_.end(), row,
                       [](const Entry& a, const Entry& b) { return a.row < b.row; });
  if (begin == end) {
    const bool has_record = exists_ || !expected_.empty();
    if (has_record || row.without_record == Treatment::kProblem) {
      Places(IndexDefect::kStale).Add(place);
    } else if (row.without_record == Treatment::kNote) {
      Places(IndexDefect::kWithoutRecord).Add(place);
    }
    return;
  }
  const bool matches =
      std::any_of(begin, end, [&](const Entry& e) { return e.value == row.value; });
  if (!matches) Places(IndexDefect::kMismatch).Add(place);
  std::for_each(begin, end, [&](Entry& e) { (row.is_repair ? e.found_repaired : e.found) = true; });
}

void IndexJoin::EndRecord() {
  if (unjudged_) return;
  for (const Entry& entry : expected_) {
    if (entry.found && entry.absence == Absence::kNoteIfAll) has_present_ = true;
    if (entry.found || entry.found_repaired || exists_) continue;
    const DefectPlace place{entry.position, entry.row};
    if (entry.absence == Absence::kNoteIfAll) {
      absent_.Add(place);
    } else {
      Places(entry.absence == Absence::kNote ? IndexDefect::kMissingNote : IndexDefect::kMissing)
          .Add(place);
    }
  }
}

void IndexJoin::NoteIfAllAbsent() {
  Places(has_present_ ? IndexDefect::kMissing : IndexDefect::kMissingNote).Merge(absent_);
}

Status IndexJoin::Finish() {
  SNAPTREE_TRY(sorter_.Finish());
  char record[kRecordBytes] = {};
  BeginRecord();
  Slice key;
  Slice payload;
  for (uint64_t n = 0;; ++n) {
    if ((n & 0xfff) == 0) SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, sorter_.Next(&key, &payload));
    if (!more) break;
    if (std::memcmp(record, key.data(), kRecordBytes) != 0) {
      EndRecord();
      BeginRecord();
      std::memcpy(record, key.data(), kRecordBytes);
    }
    const char* row = key.data() + kRecordBytes + 1;
    Entry entry{{LoadBe64(row), LoadBe64(row + sizeof(uint64_t))},
                LoadBe64(payload.data()),
                LoadBe64(payload.data() + sizeof(uint64_t))};
    entry.absence = static_cast<Absence>(payload[2 * sizeof(uint64_t)]);
    entry.without_record = static_cast<Treatment>(payload[2 * sizeof(uint64_t) + 1]);
    entry.is_repair = payload[2 * sizeof(uint64_t) + 2] != '\0';
    switch (static_cast<Kind>(key[kRecordBytes])) {
      case Kind::kUnjudged:
        unjudged_ = true;
        break;
      case Kind::kExists:
        exists_ = true;
        break;
      case Kind::kExpected:
        expected_.push_back(entry);
        break;
      case Kind::kRow:
        if (!unjudged_) TakeRow(entry);
        break;
    }
  }
  EndRecord();
  NoteIfAllAbsent();
  for (DefectPlaces& places : places_) places.Sort();
  return {};
}

}  // namespace snaptree
