#include "formats/pebble/merge_cursor.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace snaptree {
namespace {

std::string KindName(EntryKind kind) {
  switch (kind) {
    case EntryKind::kMerge:
      return "a merge";
    case EntryKind::kLogData:
      return "log data";
    case EntryKind::kRangeDelete:
      return "a deletion of a range";
    case EntryKind::kRangeKeyDelete:
    case EntryKind::kRangeKeyUnset:
    case EntryKind::kRangeKeySet:
      return "a range key";
    default:
      return "kind " + std::to_string(static_cast<int>(kind));
  }
}

}  // namespace

MergeCursor::MergeCursor(const EntryRuns& runs, const MergePlace& from,
                         std::span<const uint64_t> to, Extent extent)
    : runs_(runs), extent_(extent), position_(from.position), read_(from.runs) {
  inputs_.reserve(runs.size());
  for (size_t run = 0; run < runs.size(); ++run) {
    if (read_[run] >= to[run]) continue;
    Input& input = inputs_.emplace_back();
    input.run = run;
    input.value_base = runs.ValueBase(run);
    input.cursor = runs.OpenCursor(run, {read_[run], to[run]});
    hungry_.push_back(&input);
  }
}

Result<std::span<const Row>> MergeCursor::NextBatch() {
  rows_.clear();
  while (rows_.empty() && position_ < extent_.end) {
    SNAPTREE_TRY(Load());
    if (order_.empty()) break;
    SNAPTREE_TRY(Merge());
  }
  return std::span<const Row>(rows_);
}

Status MergeCursor::Settle() {
  rows_.clear();
  for (;;) {
    SNAPTREE_TRY(Load());
    if (order_.empty() || !has_last_ || order_.front()->key() != last_) return {};
    SNAPTREE_TRY(Take(order_.front(), order_.front()->next + 1));
    Reorder();
  }
}

// By raw key, the newest first; of equals the earlier run, which says the same.
bool MergeCursor::IsBefore(const Input& a, const Input& b) {
  const int order = a.key().compare(b.key());
  if (order != 0) return order < 0;
  if (a.sequence() != b.sequence()) return a.sequence() > b.sequence();
  return a.run < b.run;
}

// Gives every input that has not ended a row. Views of rows given so far die here.
Status MergeCursor::Load() {
  if (!hungry_.empty()) KeepLastKey();
  while (!hungry_.empty()) {
    Input* const input = hungry_.back();
    SNAPTREE_ASSIGN(input->rows, input->cursor->NextBatch());
    input->trailers = input->cursor->trailers();
    input->next = 0;
    hungry_.pop_back();
    if (input->rows.empty()) {
      input->cursor.reset();
      continue;
    }
    const auto at =
        std::upper_bound(order_.begin(), order_.end(), input,
                         [](const Input* a, const Input* b) { return IsBefore(*a, *b); });
    order_.insert(at, input);
  }
  return {};
}

void MergeCursor::KeepLastKey() {
  if (last_.data() == last_key_.data()) return;
  last_key_.assign(last_);
  last_ = last_key_;
}

// Takes rows until an input must be loaded.
Status MergeCursor::Merge() {
  while (hungry_.empty() && !order_.empty() && position_ < extent_.end) {
    Input* const first = order_.front();
    SNAPTREE_TRY(Take(first, StretchEnd(*first)));
    Reorder();
  }
  return {};
}

// Behind the rows of the first input that come before all others'; one at least.
size_t MergeCursor::StretchEnd(const Input& input) const {
  if (order_.size() == 1) return input.rows.size();
  const Slice bound = order_[1]->key();
  const std::span<const Row> rows = input.rows;
  if (rows.back().key < bound) return rows.size();
  // Runs that alternate have short stretches: look nearby first.
  size_t below = input.next;
  size_t step = 1;
  while (below + step < rows.size() && rows[below + step].key < bound) {
    below += step;
    step *= 2;
  }
  const size_t above = std::min(below + step, rows.size());
  const auto end = std::lower_bound(rows.begin() + static_cast<std::ptrdiff_t>(below) + 1,
                                    rows.begin() + static_cast<std::ptrdiff_t>(above), bound,
                                    [](const Row& row, Slice key) { return row.key < key; });
  return static_cast<size_t>(end - rows.begin());
}

Status MergeCursor::Take(Input* input, size_t end) {
  for (size_t i = input->next; i < end; ++i) {
    const Row& row = input->rows[i];
    const EntryKind kind = KindOf(input->trailers[i]);
    const bool is_set = IsSet(kind);
    if (!is_set && !IsDeletion(kind)) [[unlikely]]
      return Unexpected(*input, i);
    if (has_last_ && row.key == last_) continue;
    has_last_ = true;
    last_ = row.key;
    if (!is_set) continue;
    const uint64_t begin = position_;
    position_ += kRowFraming + row.key.size() + row.value_size;
    if (begin < extent_.begin || begin >= extent_.end) continue;
    Row& out = rows_.emplace_back(row);
    out.value_position += input->value_base;
    out.position = begin;
    out.end = position_;
  }
  input->next = end;
  read_[input->run] = input->rows[end - 1].end;
  return {};
}

// Puts the first input where its next row belongs.
void MergeCursor::Reorder() {
  Input* const input = order_.front();
  if (input->IsEmpty()) {
    order_.erase(order_.begin());
    hungry_.push_back(input);
    return;
  }
  for (size_t i = 1; i < order_.size() && IsBefore(*order_[i], *input); ++i)
    std::swap(order_[i - 1], order_[i]);
}

Status MergeCursor::Unexpected(const Input& input, size_t at) const {
  const Row& row = input.rows[at];
  const uint64_t address = row.value_position + input.value_base;
  return DataError("PebbleUnexpectedKind", "the store holds an operation that no elastickv writes")
      .At(runs_.FileOf(address), runs_.OffsetOf(address))
      .Address("raw key " + Hex(row.key.substr(0, 48)))
      .Expected("a value or a deletion")
      .Found(KindName(KindOf(input.trailers[at])))
      .Next("is this the directory of another program? otherwise decode the newest .fsm file");
}

}  // namespace snaptree
