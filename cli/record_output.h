// Where the bytes of one record go: standard output, as they come, or a file that appears when all
// of them are there.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/staged_files.h"

namespace snaptree::cli {

class RecordOutput {
 public:
  // path: "-" is standard output. "OutputExists" unless `replace`.
  static Result<RecordOutput> Open(const std::string& path, bool replace);

  // "OutputIsTerminal" (usage) for bytes that a terminal would not show but obey.
  Status Take(Slice bytes);
  // The record is complete.
  Status Publish();

 private:
  std::optional<StagedFiles> staged_;  // null: standard output
  UniqueFd fd_;
  bool to_terminal_ = false;
};

}  // namespace snaptree::cli
