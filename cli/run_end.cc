#include "cli/run_end.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.h"
#include "cli/count_text.h"
#include "cli/exit_codes.h"
#include "cli/process_usage.h"
#include "cli/stdout_writer.h"
#include "cli/terminal.h"

namespace snaptree::cli {

RunCost RunClock::Cost() const {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start_);
  return {static_cast<uint64_t>(elapsed.count()), PeakResidentBytes()};
}

std::string SecondsText(const RunCost& cost) {
  return fmt::format("{}.{} s", cost.elapsed_ms / 1000, cost.elapsed_ms / 100 % 10);
}

std::string CostText(const RunCost& cost, uint64_t bytes) {
  const double ms = static_cast<double>(std::max<uint64_t>(cost.elapsed_ms, 1));
  const auto per_second = static_cast<uint64_t>(static_cast<double>(bytes) * 1000.0 / ms);
  return SecondsText(cost) + ", " + HumanBytes(per_second) + "/s, peak memory " +
         HumanBytes(cost.peak_bytes);
}

std::string WarningsText(const Findings& findings, bool shown) {
  uint64_t warnings = 0;
  std::string codes;
  for (const auto& [code, finding] : findings.by_code()) {
    if (finding.severity != Severity::kWarning) continue;
    ++warnings;
    codes += (codes.empty() ? "" : ", ") + code;
  }
  const std::string where = shown ? " above" : " (" + codes + ")";
  return Counted(warnings, "warning" + where, "warnings" + where);
}

std::string EndDocument(const RunCost& cost, int exit_code, JsonText* json) {
  json->Member("elapsed_ms", cost.elapsed_ms);
  json->Member("peak_memory_bytes", cost.peak_bytes);
  json->Member("exit_code", static_cast<uint64_t>(exit_code));
  json->EndObject();
  return json->text() + "\n";
}

Level LevelOfEnd(bool good) {
  return good && !IsTerminal(STDERR_FILENO) ? Level::kDetail : Level::kNotice;
}

int PrintDocument(const std::string& document, int exit_code, Reporter& reporter) {
  const Status printed = PrintToStdout(document);
  if (!printed.ok()) reporter.Error(printed);
  return WorseExit(exit_code, ExitCodeOf(printed));
}

int EndFailed(const std::string& document, const Status& error, Reporter& reporter) {
  if (reporter.json()) {
    // The error itself follows on standard error, whatever becomes of this.
    const Status ignored = PrintToStdout(document);
  }
  return EndRefused(error, reporter);
}

int EndRefused(const Status& error, Reporter& reporter) {
  reporter.Error(error);
  return ExitCodeOf(error);
}

}  // namespace snaptree::cli
