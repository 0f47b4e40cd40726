// How a run ends: what it took, its document on standard output, its exit code.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/findings.h"
#include "base/status.h"
#include "cli/json_text.h"
#include "cli/reporter.h"

namespace snaptree::cli {

struct RunCost {
  uint64_t elapsed_ms = 0;
  uint64_t peak_bytes = 0;  // of memory
};

class RunClock {
 public:
  RunCost Cost() const;

 private:
  using Clock = std::chrono::steady_clock;

  const Clock::time_point start_ = Clock::now();
};

// "1.2 s".
std::string SecondsText(const RunCost& cost);
// "1.2 s, 30.00 MiB/s, peak memory 21.00 MiB" of a run over so many bytes.
std::string CostText(const RunCost& cost, uint64_t bytes);

// "2 warnings above"; when they were not shown (-q) the text itself names their codes: "1 warning
// (expired)".
std::string WarningsText(const Findings& findings, bool shown);

// Ends a document: "elapsed_ms", "peak_memory_bytes", "exit_code". Its text.
std::string EndDocument(const RunCost& cost, int exit_code, JsonText* json);

// The level for the last words of a run: scripts that ask nothing hear nothing, as long as nothing
// is wrong.
Level LevelOfEnd(bool good);

// Prints the document of a run with --json. The exit code, which is a worse one when that fails.
int PrintDocument(const std::string& document, int exit_code, Reporter& reporter);

// Tells the error that ended a run; with --json its document too, which there always is one of. The
// exit code.
int EndFailed(const std::string& document, const Status& error, Reporter& reporter);
// Of a call that is wrong: nothing ran, and there is no document.
int EndRefused(const Status& error, Reporter& reporter);

}  // namespace snaptree::cli
