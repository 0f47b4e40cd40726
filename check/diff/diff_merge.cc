#include "check/diff/diff_merge.h"

#include "base/cancel.h"

namespace snaptree {
namespace {

void Count(RecordChange change, Slice name, LineDifferences* lines) {
  switch (change) {
    case RecordChange::kChanged:
      ++lines->changed;
      break;
    case RecordChange::kAdded:
      ++lines->added;
      break;
    case RecordChange::kRemoved:
      ++lines->removed;
      break;
  }
  if (!name.empty() && lines->first.size() < LineDifferences::kMaxNamed)
    lines->first.push_back({change, std::string(name)});
}

// Lines of one file. Several of one name are compared in their order.
Status MergeLines(DiffSide& a, DiffSide& b, LineDifferences* lines) {
  DiffSide::Line line_a;
  DiffSide::Line line_b;
  SNAPTREE_ASSIGN(bool has_a, a.NextLine(&line_a));
  SNAPTREE_ASSIGN(bool has_b, b.NextLine(&line_b));
  while (has_a || has_b) {
    const int order = !has_a ? 1 : !has_b ? -1 : line_a.key.compare(line_b.key);
    if (order < 0) {
      Count(RecordChange::kRemoved, line_a.name, lines);
    } else if (order > 0) {
      Count(RecordChange::kAdded, line_b.name, lines);
    } else if (line_a.digest != line_b.digest) {
      Count(RecordChange::kChanged, line_a.name, lines);
    }
    if (order <= 0) {
      SNAPTREE_ASSIGN(has_a, a.NextLine(&line_a));
    }
    if (order >= 0) {
      SNAPTREE_ASSIGN(has_b, b.NextLine(&line_b));
    }
  }
  return {};
}

}  // namespace

Status MergeSides(DiffSide& a, DiffSide& b, const TakeMerged& take) {
  SNAPTREE_ASSIGN(bool has_a, a.NextFile());
  SNAPTREE_ASSIGN(bool has_b, b.NextFile());
  LineDifferences lines;
  while (has_a || has_b) {
    SNAPTREE_TRY(CheckCancelled());
    const int order = !has_a ? 1 : !has_b ? -1 : a.file().path.compare(b.file().path);
    const MergedRecord record{order <= 0 ? &a.file() : nullptr, order >= 0 ? &b.file() : nullptr,
                              lines};
    lines = {};
    if (order == 0 && !record.same()) SNAPTREE_TRY(MergeLines(a, b, &lines));
    SNAPTREE_TRY(take(record));
    if (order <= 0) {
      SNAPTREE_ASSIGN(has_a, a.NextFile());
    }
    if (order >= 0) {
      SNAPTREE_ASSIGN(has_b, b.NextFile());
    }
  }
  return {};
}

}  // namespace snaptree
