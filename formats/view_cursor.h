// Walks the rows of one family, or of one group inside it, as they are at the read timestamp.
//
// Physical rows are given with their verdict, because groups (all rows of one hash, ...) are
// delimited by all their rows, not by the live ones alone: cutting between two versions of a key
// would bring the older one back.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/cancel.h"
#include "formats/mvcc_view.h"
#include "formats/row.h"
#include "formats/scan.h"
#include "formats/value_ref.h"

namespace snaptree {

// One MVCC row of the walk. Views live until the next Next().
struct ViewRow {
  Slice key;  // logical
  uint64_t commit_ts = 0;
  uint64_t expire_at = 0;  // HLC, 0 = never
  Verdict verdict = Verdict::kLive;
  bool is_deletion = false;  // a tombstone, whatever the verdict
  ValueRef body;             // without the value header
  uint64_t position = 0;
  uint64_t end = 0;  // position of the next row

  bool IsLive() const { return verdict == Verdict::kLive; }
};

class ViewCursor {
 public:
  // All rows of a family. `source` must outlive the cursor.
  ViewCursor(const RowSource& source, const ScanResult& scan, FamilyId family)
      : ViewCursor(source, scan, scan.extents[family], family) {}
  // Rows of a family inside given extents, ascending. Give all rows of a user key or none.
  ViewCursor(const RowSource& source, const ScanResult& scan, std::span<const FamilyExtent> extents,
             FamilyId family)
      : source_(source),
        extents_(extents.begin(), extents.end()),
        family_(family),
        newest_at_any_time_(Families()[family].newest_at_any_time),
        without_keys_(scan.without_keys),
        view_(scan.read_ts) {}

  // The next physical row with a commit timestamp; false at the end.
  Result<bool> Next(ViewRow* out) {
    for (;;) {
      while (next_ == batch_.size()) {
        SNAPTREE_ASSIGN(const bool more, NextBatch());
        if (!more) return false;
      }
      const Row& row = batch_[next_++];
      if (row.key.size() < kTimestampBytes || !IsOurs(row)) continue;
      const size_t common = CommonPrefix(previous_.get(), row.key);
      previous_.Set(row.key);
      if (MvccDefect(row.key.size(), row.value_size, row.value, without_keys_) == nullptr) {
        Take(row, common, out);
      } else {
        TakeDamaged(row, common, out);
      }
      return true;
    }
  }
  // The next live row; false at the end.
  Result<bool> NextLive(ViewRow* out) {
    for (;;) {
      SNAPTREE_ASSIGN(const bool more, Next(out));
      if (!more) return false;
      if (out->IsLive()) return true;
    }
  }

 private:
  bool IsOurs(const Row& row) const {
    if (!mixed_) return true;
    return ClassifyRawKey(row.key) < 0 &&
           ClassifyLogicalKey(row.key.substr(0, row.key.size() - kTimestampBytes)) == family_;
  }

  Result<bool> NextBatch() {
    previous_.Detach();
    SNAPTREE_TRY(CheckCancelled());
    next_ = 0;
    for (;;) {
      if (cursor_ == nullptr) {
        if (next_extent_ == extents_.size()) return false;
        mixed_ = extents_[next_extent_].mixed;
        cursor_ = source_.OpenCursor(extents_[next_extent_++].extent);
      }
      SNAPTREE_ASSIGN(batch_, cursor_->NextBatch());
      if (!batch_.empty()) return true;
      cursor_.reset();
    }
  }

  void TakeDamaged(const Row& row, size_t common, ViewRow* out) {
    view_.JudgeDamaged(row.key, common, newest_at_any_time_);
    const size_t n = row.key.size() - kTimestampBytes;
    *out = ViewRow{row.key.substr(0, n),
                   ~LoadBe64(row.key.data() + n),
                   0,
                   Verdict::kDamaged,
                   false,
                   {Slice(), 0, row.value_position},
                   row.position,
                   row.end};
  }

  void Take(const Row& row, size_t common, ViewRow* out) {
    const MvccRow mvcc = MvccRow::Parse(row.key, row.value);
    out->key = mvcc.user_key;
    out->commit_ts = mvcc.commit_ts;
    out->expire_at = mvcc.expire_at;
    out->is_deletion = mvcc.IsTombstone();
    out->verdict = view_.Judge(mvcc, common, newest_at_any_time_);
    out->body = {row.value.substr(kValueHeaderBytes), row.value_size - kValueHeaderBytes,
                 row.value_position + kValueHeaderBytes};
    out->position = row.position;
    out->end = row.end;
  }

  const RowSource& source_;
  std::vector<FamilyExtent> extents_;
  FamilyId family_;
  bool newest_at_any_time_;
  bool without_keys_;
  MvccView view_;
  PreviousKey previous_;
  std::unique_ptr<RowCursor> cursor_;
  std::span<const Row> batch_;
  size_t next_ = 0;
  size_t next_extent_ = 0;
  bool mixed_ = false;
};

}  // namespace snaptree
