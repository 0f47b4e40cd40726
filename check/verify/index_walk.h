// What an index is to a check: records on one side, its rows on the other, and the rules of the
// live node about when the two may differ. Each adapter that keeps derived rows has a walk over
// both sides (index_walks.h); index_check.h compares them.
#pragma once

#include <cstdint>
#include <string>

#include "base/slice.h"
#include "base/status.h"
#include "formats/view_cursor.h"

namespace snaptree {

// What a difference is.
enum class Treatment : uint8_t {
  kProblem,  // no correct node has it
  kNote,     // correct nodes may have it, and it is worth knowing
  kIgnore,   // said elsewhere, or of no interest
};

// When a row that a record should have is not there.
enum class Absence : uint8_t {
  kProblem,
  kNote,
  // A note when all rows of this kind are absent, or came later than their records
  // (IndexRules::is_repair): whoever wrote the image makes none.
  kNoteIfAll,
};

struct IndexRules {
  // A row, for messages: "the score row of a sorted set's member".
  const char* rows;
  // The values of such rows say nothing that could be compared.
  bool any_value = false;
  // Such a row says nothing about whoever wrote the image of which the record is.
  bool is_repair = false;
  // A row whose record there is not. One whose record is there, and has no such row, is a problem.
  Treatment without_record = Treatment::kProblem;
  // Codes of findings, where they are notes.
  const char* without_record_note = "";
  const char* absent_note = "";
};

// Takes both sides in any order. `record`: bytes that name a record; its rows come with the same,
// of whatever kind. Rows are told apart by their logical keys; `rules` are those of their kind.
class IndexTaker {
 public:
  virtual ~IndexTaker() = default;
  // The record in `at` has a row with this key and value. Several times with one key: one of the
  // values.
  virtual Status Expect(const IndexRules& rules, Slice record, const ViewRow& at, Slice row_key,
                        Slice value, Absence absence) = 0;
  // The record is there and may do without a row.
  virtual Status Exists(Slice record) = 0;
  // The record, or a row of it, cannot be read: nothing can be said about its rows.
  virtual Status Unjudged(Slice record) = 0;
  // A row of the index.
  virtual Status Row(const IndexRules& rules, Slice record, const ViewRow& row, Slice value) = 0;
};

class IndexWalk {
 public:
  virtual ~IndexWalk() = default;
  // Gives all records and all rows; the same each time.
  virtual Status Run(IndexTaker& taker) = 0;
  // The address of the record that Expect() is being told of.
  virtual std::string Address() const = 0;
};

}  // namespace snaptree
