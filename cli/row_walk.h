// Walks rows of several families in file order, each with its verdict: what `rows` prints.
//
// The scan's index says where the rows of a family stand, so a walk reads only what was asked for
// and need not find out the family of each row; only in very odd files, whose extents are mixed,
// every row is classified.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/mvcc_view.h"
#include "formats/row.h"
#include "formats/scan.h"
#include "formats/value_ref.h"

namespace snaptree::cli {

// Views live until the next Next().
struct WalkedRow {
  Slice key;         // logical; of a raw row, all of it
  bool raw = false;  // a row that is not an MVCC row: no timestamp, no value header
  ValueRef value;    // without the value header
  uint64_t commit_ts = 0;
  uint64_t expire_at = 0;
  bool tombstone = false;
  bool encrypted = false;
  Verdict verdict = Verdict::kLive;
};

struct RowSelection {
  std::vector<FamilyId> families;  // empty: all
  std::string prefix;              // of the logical key
};

class RowWalk {
 public:
  // Both must outlive the walk.
  RowWalk(const RowSource& source, const ScanResult& scan, RowSelection selection);

  // The next row that is not damaged; false at the end, and then it must not be called again.
  Result<bool> Next(WalkedRow* out);
  // Rows that were read so far, by batches, and those of all families to walk: what is read in the
  // end, unless the prefix allows less or, in odd files, rows of other families stand between.
  uint64_t rows_read() const { return rows_read_; }
  uint64_t rows_planned() const { return rows_planned_; }
  // Damaged rows passed over so far, and the first of them.
  uint64_t damaged() const { return damaged_; }
  const std::string& first_damaged() const { return first_damaged_; }

 private:
  struct Piece {
    Extent extent;
    FamilyId family;
  };

  void Plan(const ScanResult& scan);
  bool MayHoldPrefix(FamilyId family) const;
  Result<bool> NextBatch();
  bool IsSelected(FamilyId family) const { return selected_[family]; }
  FamilyId FamilyOfRow(const Row& row) const;
  void NoteDamaged(const Row& row, const char* defect);
  void Take(const Row& row, FamilyId family, WalkedRow* out);

  const RowSource& source_;
  const std::string prefix_;
  std::vector<bool> selected_;  // by FamilyId
  std::vector<Piece> pieces_;   // ascending
  bool classify_ = false;       // pieces hold rows of other families too
  MvccView view_;
  PreviousKey previous_;
  std::unique_ptr<RowCursor> cursor_;
  std::span<const Row> batch_;
  size_t next_in_batch_ = 0;
  size_t next_piece_ = 0;
  FamilyId family_ = 0;  // of the piece that is being walked
  uint64_t rows_read_ = 0;
  uint64_t rows_planned_ = 0;
  uint64_t damaged_ = 0;
  std::string first_damaged_;
};

}  // namespace snaptree::cli
