#include "check/verify/index_teller.h"

#include "base/text.h"

namespace snaptree {
namespace {

constexpr const char* kNext =
    "snaptree decode, then snaptree encode, makes all index rows anew from the records";
// Of a value in a message.
constexpr size_t kShownBytes = 200;

}  // namespace

Status IndexTeller::AtRow(Status error, const ViewRow& row) const {
  return std::move(error)
      .At(source_.FileOf(row.body.position), source_.OffsetOf(row.position, row.body.position))
      .Next(kNext);
}

Status IndexTeller::Expect(const IndexRules& rules, Slice /*record*/, const ViewRow& at,
                           Slice row_key, Slice /*value*/, Absence /*absence*/) {
  const DefectPlace place{at.position, DigestOf(row_key)};
  if (join_.of(IndexDefect::kMissing).Has(place)) {
    return problems_.TakeError(
        AtRow(DataError("IndexRowMissing", std::string(rules.rows) + " is not there"), at)
            .Address(walk_.Address())
            .Expected("a row " + Printable(row_key)));
  }
  if (join_.of(IndexDefect::kMissingNote).Has(place)) {
    absent_ = &rules;
    NoteAbsent(rules, walk_.Address(), 1);
  }
  return {};
}

Status IndexTeller::Row(const IndexRules& rules, Slice /*record*/, const ViewRow& row,
                        Slice value) {
  const DefectPlace place{row.position, DigestOf(row.key)};
  if (join_.of(IndexDefect::kWithoutRecord).Has(place)) {
    without_record_ = &rules;
    NoteWithoutRecord(rules, Printable(row.key), 1);
    return {};
  }
  if (join_.of(IndexDefect::kStale).Has(place)) {
    return problems_.TakeError(
        AtRow(DataError("IndexRowStale", "no record has this row: " + std::string(rules.rows)), row)
            .Address(Printable(row.key)));
  }
  if (!join_.of(IndexDefect::kMismatch).Has(place)) return {};
  return problems_.TakeError(
      AtRow(DataError("IndexRowMismatch",
                      std::string(rules.rows) + " does not say what its record says"),
            row)
          .Address(Printable(row.key))
          .Found(Printable(value.substr(0, kShownBytes))));
}

void IndexTeller::NoteAbsent(const IndexRules& rules, std::string_view example, uint64_t count) {
  problems_.Note(
      rules.absent_note,
      std::string(rules.rows) + " is not there, as in images that a tool or an early server wrote",
      example, count);
}

void IndexTeller::NoteWithoutRecord(const IndexRules& rules, std::string_view example,
                                    uint64_t count) {
  problems_.Note(rules.without_record_note,
                 std::string(rules.rows) + " is there, and the record is not: a left-over", example,
                 count);
}

void IndexTeller::AddMore(std::map<std::string, uint64_t>* more) {
  const auto add = [&](const char* code, IndexDefect kind) {
    if (NotKept(kind) > 0) (*more)[code] += NotKept(kind);
  };
  add("IndexRowMissing", IndexDefect::kMissing);
  add("IndexRowStale", IndexDefect::kStale);
  add("IndexRowMismatch", IndexDefect::kMismatch);
  const uint64_t absent = NotKept(IndexDefect::kMissingNote);
  if (absent > 0 && absent_ != nullptr) NoteAbsent(*absent_, {}, absent);
  const uint64_t alone = NotKept(IndexDefect::kWithoutRecord);
  if (alone > 0 && without_record_ != nullptr) NoteWithoutRecord(*without_record_, {}, alone);
}

}  // namespace snaptree
