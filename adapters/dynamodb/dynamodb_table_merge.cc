// The half of dynamodb_table_items.h that comes when all rows of a table are known: rows that were
// set aside against the ordered ones.
#include "adapters/dynamodb/dynamodb_table_items.h"

namespace snaptree::dynamodb {

Result<bool> TableItems::NextAside(Aside* out) {
  Slice key;
  Slice payload;
  SNAPTREE_ASSIGN(const bool more, aside_.Next(&key, &payload));
  if (!more) return false;
  const PackedRow packed = UnpackRow(payload);
  out->tail = key.substr(0, packed.note);
  out->right = key[packed.note] == '\0';
  out->row = packed.row;
  return true;
}

// To the next live row of the ordered places that has an ordered key.
Status TableItems::NextOrdered() {
  for (;;) {
    SNAPTREE_ASSIGN(ordered_more_, ordered_->NextLive(&ordered_row_));
    if (!ordered_more_) return {};
    ItemKey key;
    if (!SplitItemKey(ordered_row_.key, &key) || key.scope != ordered_scope_) continue;
    ordered_tail_ = key.tail;
    if (IsOrderedTail(key.tail)) return {};
  }
}

// The ordered row at hand: taken_ when it is the right one. Others were set aside, or cannot be
// read: then a legacy row has their place, since it is all that is left of the item.
Status TableItems::TakeOrdered(bool is_wanted) {
  if (!merges_ && !is_wanted) return {};
  SNAPTREE_ASSIGN(const bool readable, item_.Read(ordered_row_.body));
  if (!readable) return {};
  numeric_ = OrderedTail(item_.key(), &tail_);
  if (tail_ != ordered_tail_) return {};
  taken_ = true;
  MakePath();
  right_path_ = path_;
  return merges_ ? Emit(true) : Status::Ok();
}

Status TableItems::PassOrderedBefore(Slice tail) {
  while (ordered_more_ && ordered_tail_ < tail) {
    SNAPTREE_TRY(TakeOrdered(false));
    SNAPTREE_TRY(NextOrdered());
  }
  return {};
}

Status TableItems::BeginGroup(Slice tail) {
  SNAPTREE_TRY(PassOrderedBefore(tail));
  group_ = tail;
  taken_ = false;
  right_path_.clear();
  written_path_.clear();
  if (!ordered_more_ || ordered_tail_ != tail) return {};
  SNAPTREE_TRY(TakeOrdered(true));
  return NextOrdered();
}

Status TableItems::TakeAside(const Aside& aside) {
  SNAPTREE_ASSIGN(const bool readable, item_.Read(aside.row.body));
  if (!readable) {
    return EnvironmentError("ChangedWhileReading", "a row is not what it was")
        .At(context_.source.name(), aside.row.position);
  }
  numeric_ = OrderedTail(item_.key(), &tail_);
  MakePath();
  if (aside.right && taken_) {
    Warn("ddb_legacy_duplicate",
         "items with the key of another one, which their migration deletes, were not written");
    context_.ledger.Add(family_, RowLedger::Place::kOperational);
    return orphans_.Salvage(aside.row);
  }
  if (aside.right) {
    taken_ = true;
    right_path_ = path_;
    return Emit(true);
  }
  if (path_ == right_path_ || path_ == written_path_) {
    Warn("ddb_key_mismatch", "item rows whose key is not that of their item");
    return orphans_.Keep(&context_.ledger, aside.row);
  }
  written_path_ = path_;
  return Emit(false);
}

Status TableItems::Resolve() {
  SNAPTREE_TRY(aside_.Finish());
  const FamilyExtent extent{ordered_extent_, true};
  ordered_.emplace(context_.source, context_.scan, std::span(&extent, 1), family_);
  ordered_scope_ = table_->scope + std::to_string(table_->schema.generation) + "|";
  SNAPTREE_TRY(NextOrdered());
  group_.clear();
  Aside aside;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, NextAside(&aside));
    if (!more) break;
    if (aside.tail != group_) SNAPTREE_TRY(BeginGroup(aside.tail));
    SNAPTREE_TRY(TakeAside(aside));
  }
  while (merges_ && ordered_more_) {
    SNAPTREE_TRY(TakeOrdered(false));
    SNAPTREE_TRY(NextOrdered());
  }
  ordered_.reset();
  aside_.Reset();
  return {};
}

}  // namespace snaptree::dynamodb
