// Rows of one S3 family with their keys taken apart: the building block of all joins. Several
// cursors of different families stand side by side and are advanced by tail (s3_keys.h).
//
// Physical rows are given, not live ones alone: a group must be delimited by all its rows, or older
// versions would come back. Rows whose keys nobody can use are passed over; a cursor that has a
// MisfitRows books them on the way. One thread.
#pragma once

#include <string>
#include <vector>

#include "adapters/common/decode_context.h"
#include "adapters/s3/s3_keys.h"
#include "adapters/s3/s3_misfit_rows.h"
#include "formats/view_cursor.h"

namespace snaptree::s3 {

class S3Cursor {
 public:
  // All rows of a family. misfits may be null: then another cursor books them.
  S3Cursor(const DecodeContext& context, FamilyId family, KeyLayout layout, MisfitRows* misfits);
  // Rows inside an extent that begins and ends between two groups.
  S3Cursor(const DecodeContext& context, FamilyId family, KeyLayout layout, Extent extent);

  // The first row. Call once, before all else.
  Status Start() { return Advance(); }
  // The next row; views of the one before end.
  Status Advance();
  // Whether there is a row.
  bool valid() const { return valid_; }
  const ViewRow& row() const { return row_; }
  const S3Key& key() const { return key_; }
  FamilyId family() const { return family_; }

  // Whether there is a row, and its tail begins with this.
  bool IsIn(Slice group) const { return valid_ && key_.tail.starts_with(group); }
  // Goes on to the first row whose tail is not below this one. Tails must ascend from call to call.
  Status SeekTo(Slice tail);
  // Goes on to the live row of exactly this tail; false when there is none. `place`: the beginning
  // of the tail by which calls ascend; tails of one place stand in no order (a chunk's key without
  // version, and those with one).
  Result<bool> FindLive(Slice place, Slice tail);

 private:
  Result<bool> IsUsable();

  const size_t prefix_size_;
  const KeyLayout layout_;
  const FamilyId family_;
  MisfitRows* const misfits_;
  ViewCursor cursor_;
  bool valid_ = false;
  ViewRow row_;
  S3Key key_;
  std::string good_bucket_;  // the last one whose name was found to be UTF-8
};

// Calls take() for each physical row of a group and leaves the cursor behind it.
template <class Take>
Status ForEachIn(S3Cursor* cursor, Slice group, Take take) {
  while (cursor->IsIn(group)) {
    SNAPTREE_TRY(take());
    SNAPTREE_TRY(cursor->Advance());
  }
  return {};
}

}  // namespace snaptree::s3
