#include "cli/reporter.h"

#include <unistd.h>

#include "base/cancel.h"
#include "cli/exit_codes.h"
#include "cli/report_back_ends.h"
#include "cli/signals.h"

namespace snaptree::cli {

Reporter::Reporter(const CommonOptions& common)
    : common_(common), status_lines_(std::make_unique<StatusLines>()) {
  front_ = common.json ? NewJsonBackEnd(*status_lines_)
                       : NewTerminalBackEnd(*status_lines_, UseColor(common.color, STDERR_FILENO));
}

Status Reporter::OpenLog() {
  if (common_.log_file.empty()) return {};
  SNAPTREE_ASSIGN(log_, NewFileBackEnd(common_.log_file));
  return {};
}

void Reporter::Error(const Status& error) {
  if (error.code() == kClosedPipe) return;
  Status said = error;
  if (error.kind() == ErrorKind::kCancelled) {
    ErrorInfo info = error.info();
    info.what = std::string("ended by ") + SignalName(g_cancel_signal.load());
    said = Status(std::move(info));
  }
  front_->Error(said);
  if (log_ != nullptr) log_->Error(said);
}

void Reporter::Findings(const snaptree::Findings& findings, bool all_notes) {
  for (const auto& [code, finding] : findings.by_code()) {
    const bool shown = finding.severity == Severity::kWarning || common_.verbose || all_notes;
    if (shown && !common_.quiet) front_->Finding(code, finding);
    if (log_ != nullptr) log_->Finding(code, finding);
  }
}

void Reporter::DetailFindings(const snaptree::Findings& findings) {
  for (const auto& [code, finding] : findings.by_code()) {
    if (common_.verbose && !common_.quiet) front_->Finding(code, finding);
    if (log_ != nullptr) log_->Finding(code, finding);
  }
}

void Reporter::Say(Level level, Slice text) {
  const bool shown = level == Level::kVerdict || (level == Level::kNotice && !common_.quiet) ||
                     (level == Level::kDetail && common_.verbose);
  if (shown) front_->Message(level, text);
  if (log_ != nullptr) log_->Message(level, text);
}

}  // namespace snaptree::cli
