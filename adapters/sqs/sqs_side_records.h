// Side records of one queue: rows of families that a node rebuilds or throws away, copied out as
// they stand into _internals/side_records.jsonl (spec 05 section 5.6). They are not booked: what
// they are is decided by their families. One thread.
#pragma once

#include "adapters/common/decode_context.h"
#include "adapters/common/json_value.h"
#include "adapters/common/sorted_rows.h"
#include "adapters/sqs/sqs_heads.h"

namespace snaptree::sqs {

class SideRecords {
 public:
  SideRecords(const DecodeContext& context, SorterOptions memory)
      : context_(context),
        rows_(std::move(memory)),
        file_(context.sink, JsonStyle::kCompact, HtmlEscape::kOff) {}

  Status AddRun(const Head& run, Slice queue_segment);
  bool empty() const { return rows_.size() == 0; }
  // Writes what was added, in key order, and forgets it. REQUIRES: !empty().
  Status Write(Slice path);

 private:
  const DecodeContext& context_;
  SortedRows rows_;
  JsonFile file_;
};

}  // namespace snaptree::sqs
