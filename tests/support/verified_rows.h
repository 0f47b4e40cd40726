// Verifies snapshots that stand in memory. For programs that link check/.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "check/verify/verify.h"

#include "base/text.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

using StoredRows = std::vector<StoredRow>;

inline VerifyReport VerifyBytes(Slice bytes, unsigned threads) {
  const MemoryFile file(bytes);
  VerifyOptions options;
  options.what = file.path();
  options.threads = threads;
  Result<VerifyReport> report = Verify(options);
  if (!report.ok()) throw std::runtime_error(report.status().Message());
  return *std::move(report);
}

// "Code KEY" of each problem, KEY being printable: of a row that is missing, the key it should
// have. Throws when several threads find something else.
struct Verified {
  std::vector<std::string> problems;
  std::vector<std::string> findings;  // "note code 1"
  VerifyReport report;
};

inline Verified VerifySnapshotBytes(Slice bytes) {
  const auto look = [&](unsigned threads) {
    Verified found;
    found.report = VerifyBytes(bytes, threads);
    for (const VerifyProblem& problem : found.report.problems) {
      const ErrorInfo& info = problem.error.info();
      const std::string_view row = "a row ";
      const bool tells_row = info.expected.starts_with(row);
      found.problems.push_back(info.code + " " +
                               (tells_row ? info.expected.substr(row.size()) : info.address));
    }
    for (const auto& [code, finding] : found.report.findings.by_code()) {
      found.findings.push_back(
          std::string(finding.severity == Severity::kNote ? "note " : "warning ") + code + " " +
          std::to_string(finding.count));
    }
    return found;
  };
  Verified found = look(1);
  const Verified again = look(4);
  if (found.problems != again.problems || found.findings != again.findings) {
    throw std::runtime_error("threads change what verify finds");
  }
  return found;
}

inline Verified VerifyRows(const StoredRows& rows) {
  SnapshotBuilder snapshot;
  for (const StoredRow& row : rows) snapshot.Raw(row.key, row.value);
  return VerifySnapshotBytes(snapshot.Bytes());
}

}  // namespace snaptree::test
