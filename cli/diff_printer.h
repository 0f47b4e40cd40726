// What diff finds, on standard output: lines for people, lines of JSON, or addresses alone.
#pragma once

#include <string>

#include "check/diff/diff.h"

#include "cli/stdout_writer.h"

namespace snaptree::cli {

// A line, without newline: mark, address, what differs. Escaped as CHECKSUMS does it.
std::string DifferenceLine(const RecordDifference& difference);
// The last line of what differs.
std::string CountsLine(const DiffCounts& counts);

// --stat for people: a line for each scope, and one for each adapter that has several.
class ScopeTable {
 public:
  explicit ScopeTable(StdoutWriter& out) : out_(out) {}

  Status Add(const DiffScope& scope);
  Status Finish();

 private:
  Status EndAdapter();
  void AppendLine(const DiffCounts& counts, const std::string& name);

  StdoutWriter& out_;
  std::string adapter_;
  uint64_t scopes_ = 0;  // of the adapter
  DiffCounts of_adapter_;
  DiffCounts of_all_;
};

// How a run came out.
struct DiffResult {
  Status status;  // not ok: what was printed is not all
  DiffReport report;

  int ExitCode() const;
};

// Lines of JSON, without newline.
std::string DifferenceJson(const RecordDifference& difference);
std::string ScopeJson(const DiffScope& scope);
std::string DiffSummary(const std::string& a, const std::string& b, const DiffResult& result);

}  // namespace snaptree::cli
