// Walks the rows of a family that exist at the read timestamp, and those that cannot be read.
#pragma once

#include "adapters/common/decode_context.h"
#include "base/cancel.h"
#include "base/progress_ticks.h"
#include "formats/view_cursor.h"

namespace snaptree {

// Calls take(row) -> Status. A row with Verdict::kDamaged has a key and no value, and another
// version may be the one that counts.
template <class Take>
Status ForEachRow(const DecodeContext& context, ViewCursor cursor, const Take& take) {
  ProgressTicks ticks(&context.progress);
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.Next(&row));
    if (!more) return {};
    if (!row.IsLive() && row.verdict != Verdict::kDamaged) continue;
    ticks.Tick();
    SNAPTREE_TRY(take(row));
  }
}

template <class Take>
Status ForEachRow(const DecodeContext& context, Slice prefix, const Take& take) {
  return ForEachRow(context, ViewCursor(context.source, context.scan, FamilyOf(prefix)), take);
}

}  // namespace snaptree
