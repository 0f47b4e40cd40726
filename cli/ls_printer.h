// One record as a line: its address, with size and times when they are asked for
// (docs/cli-json.md).
#pragma once

#include <cstdint>

#include "check/list/record_table.h"

#include "cli/stdout_writer.h"

namespace snaptree::cli {

enum class LsForm : uint8_t {
  kNames,  // an address a line, escaped as in CHECKSUMS where it must be
  kLong,   // size, changed, expires, address
  kJson,   // an object a line
};

class LsPrinter {
 public:
  // end_with_null: each line of text ends with NUL, and nothing is escaped. `largest`: the size
  // that all others are right under. `out` must outlive the printer.
  LsPrinter(StdoutWriter& out, LsForm form, bool end_with_null, uint64_t largest);

  Status Print(const RecordLine& line);

 private:
  void AppendLong(const RecordLine& line);
  void AppendJson(const RecordLine& line);

  StdoutWriter& out_;
  const LsForm form_;
  const bool end_with_null_;
  const size_t size_width_;
};

}  // namespace snaptree::cli
