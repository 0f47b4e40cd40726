#include "cli/row_walk.h"

#include <algorithm>

#include "base/cancel.h"
#include "base/text.h"
#include "formats/family_table.h"

namespace snaptree::cli {
namespace {

bool IsRawFamily(FamilyId family) {
  return family == RawMetadataFamily() || family == RegistryFamily();
}

}  // namespace

RowWalk::RowWalk(const RowSource& source, const ScanResult& scan, RowSelection selection)
    : source_(source),
      prefix_(std::move(selection.prefix)),
      selected_(Families().size(), selection.families.empty()),
      view_(scan.read_ts) {
  for (const FamilyId family : selection.families) selected_[family] = true;
  Plan(scan);
}

bool RowWalk::MayHoldPrefix(FamilyId family) const {
  if (family >= kPrefixFamilies) return true;
  const Slice name = FamilyName(family);
  return name.starts_with(prefix_) || Slice(prefix_).starts_with(name);
}

void RowWalk::Plan(const ScanResult& scan) {
  for (size_t i = 0; i < selected_.size(); ++i) {
    const auto family = static_cast<FamilyId>(i);
    if (!IsSelected(family) || !MayHoldPrefix(family)) continue;
    rows_planned_ += scan.of(family).rows;
    for (const FamilyExtent& e : scan.extents[family]) {
      pieces_.push_back({e.extent, family});
      classify_ = classify_ || e.mixed;
    }
  }
  std::sort(pieces_.begin(), pieces_.end(),
            [](const Piece& a, const Piece& b) { return a.extent.begin < b.extent.begin; });
  if (!classify_) return;
  // Mixed extents reach over others: walk their union, once.
  std::vector<Piece> joined;
  for (const Piece& piece : pieces_) {
    if (!joined.empty() && piece.extent.begin <= joined.back().extent.end) {
      joined.back().extent.end = std::max(joined.back().extent.end, piece.extent.end);
    } else {
      joined.push_back(piece);
    }
  }
  pieces_ = std::move(joined);
}

Result<bool> RowWalk::NextBatch() {
  previous_.Detach();
  SNAPTREE_TRY(CheckCancelled());
  next_in_batch_ = 0;
  for (;;) {
    if (cursor_ == nullptr) {
      if (next_piece_ == pieces_.size()) return false;
      const Piece& piece = pieces_[next_piece_++];
      family_ = piece.family;
      cursor_ = source_.OpenCursor(piece.extent);
    }
    SNAPTREE_ASSIGN(batch_, cursor_->NextBatch());
    rows_read_ += batch_.size();
    if (!batch_.empty()) return true;
    cursor_.reset();
  }
}

FamilyId RowWalk::FamilyOfRow(const Row& row) const {
  if (!classify_) return family_;
  const int raw = ClassifyRawKey(row.key);
  if (raw >= 0) return static_cast<FamilyId>(raw);
  if (row.key.size() < kTimestampBytes) return ClassifyLogicalKey(row.key);
  return ClassifyLogicalKey(row.key.substr(0, row.key.size() - kTimestampBytes));
}

void RowWalk::NoteDamaged(const Row& row, const char* defect) {
  if (damaged_++ > 0) return;
  first_damaged_ = std::string(defect) + " at offset " + std::to_string(row.position) +
                   ", raw key " + Printable(row.key, 80);
}

void RowWalk::Take(const Row& row, FamilyId family, WalkedRow* out) {
  // Raw rows have no verdict and no flags, and must not keep those of the row before.
  *out = {};
  out->raw = IsRawFamily(family);
  if (out->raw) {
    out->key = row.key;
    out->value = {row.value, row.value_size, row.value_position};
    return;
  }
  const MvccRow mvcc = MvccRow::Parse(row.key, row.value);
  const size_t common = CommonPrefix(previous_.get(), row.key);
  previous_.Set(row.key);
  out->key = mvcc.user_key;
  out->value = {row.value.substr(kValueHeaderBytes), row.value_size - kValueHeaderBytes,
                row.value_position + kValueHeaderBytes};
  out->commit_ts = mvcc.commit_ts;
  out->expire_at = mvcc.expire_at;
  out->tombstone = mvcc.IsTombstone();
  out->encrypted = mvcc.flags == kFlagEncrypted;
  out->verdict = view_.Judge(mvcc, common, Families()[family].newest_at_any_time);
}

Result<bool> RowWalk::Next(WalkedRow* out) {
  for (;;) {
    while (next_in_batch_ == batch_.size()) {
      SNAPTREE_ASSIGN(const bool more, NextBatch());
      if (!more) return false;
    }
    const Row& row = batch_[next_in_batch_++];
    if (!prefix_.empty() && !row.key.starts_with(prefix_)) {
      // Raw keys ascend, and all those with the prefix stand together.
      if (row.key > Slice(prefix_)) return false;
      continue;
    }
    const FamilyId family = FamilyOfRow(row);
    if (classify_ && !IsSelected(family)) continue;
    if (!IsRawFamily(family)) {
      if (const char* defect = MvccDefect(row.key.size(), row.value_size, row.value)) {
        NoteDamaged(row, defect);
        if (row.key.size() >= kTimestampBytes) {
          const size_t common = CommonPrefix(previous_.get(), row.key);
          previous_.Set(row.key);
          view_.JudgeDamaged(row.key, common, Families()[family].newest_at_any_time);
        }
        continue;
      }
      // The prefix may reach into the timestamp, which is not part of the logical key.
      if (row.key.size() - kTimestampBytes < prefix_.size()) continue;
    }
    Take(row, family, out);
    return true;
  }
}

}  // namespace snaptree::cli
