// Lines in files that are numbered: a file is ended before a line that would take it over its most
// bytes, so that only one that holds a single line may be larger (spec 03 section 4.4, spec 08).
// One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "adapters/common/line_file.h"

namespace snaptree {

// "dynamodb/orders/items/data-" and 1: "dynamodb/orders/items/data-00001.jsonl".
std::string NumberedLinePath(Slice stem, uint64_t number);

class NumberedLineFiles {
 public:
  NumberedLineFiles(TreeSink& sink, uint64_t most_bytes) : sink_(sink), most_bytes_(most_bytes) {}

  // The paths of the files that follow begin so; the first one has this number. REQUIRES: the files
  // before are finished.
  void Begin(Slice stem, uint64_t first_number);

  // A line of so many bytes, its newline included, which Append() gives in pieces.
  Status BeginLine(uint64_t bytes);
  Status Append(Slice text) { return file_->Append(text); }

  // The files are whole; without a line there is none.
  Status Finish();

 private:
  TreeSink& sink_;
  const uint64_t most_bytes_;
  std::string stem_;
  uint64_t next_number_ = 0;
  uint64_t bytes_ = 0;  // of the open file
  std::unique_ptr<LineFile> file_;
};

}  // namespace snaptree
