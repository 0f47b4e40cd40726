// One row as a line of JSON (docs/cli-json.md). Written straight into the output buffer: a row
// costs no allocation, and a large value is read and written in pieces.
#pragma once

#include "base/result.h"
#include "cli/row_walk.h"
#include "cli/stdout_writer.h"

namespace snaptree::cli {

class RowPrinter {
 public:
  // states: tell the state of each row, for --all-versions. Both must outlive the printer.
  RowPrinter(const RowSource& source, StdoutWriter& out, bool hex, bool states)
      : source_(source), out_(out), hex_(hex), states_(states) {}

  Status Print(const WalkedRow& row);

 private:
  Status AppendValue(const ValueRef& value);
  Status AppendText(const ValueRef& value);
  void AppendKey(const WalkedRow& row);
  void AppendNumber(uint64_t v);
  void AppendTimestamp(Slice name, uint64_t hlc);
  // Calls take(piece) -> Status for all of a value. With whole_characters no piece ends inside a
  // UTF-8 character; a piece is always a multiple of 3 bytes otherwise, but for the last.
  template <class Take>
  Status ForEachPart(const ValueRef& value, bool whole_characters, Take take);
  Result<bool> IsText(const ValueRef& value);

  const RowSource& source_;
  StdoutWriter& out_;
  const bool hex_;
  const bool states_;
  std::string piece_;
};

}  // namespace snaptree::cli
