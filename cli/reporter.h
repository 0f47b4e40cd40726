// What a run says beside its data: errors, findings, messages. One front end (terminal or JSON, on
// standard error) and, with --log-file, a file that gets everything. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/findings.h"
#include "base/status.h"
#include "cli/invocation.h"
#include "cli/terminal.h"

namespace snaptree::cli {

enum class Level : uint8_t {
  kDetail,   // with -v only
  kNotice,   // unless -q
  kVerdict,  // always: the one line that says how it ended
};

// Where reports go.
class ReportBackEnd {
 public:
  virtual ~ReportBackEnd() = default;
  virtual void Error(const Status& error) = 0;
  virtual void Finding(const std::string& code, const Finding& finding) = 0;
  virtual void Message(Level level, Slice text) = 0;
};

class Reporter {
 public:
  explicit Reporter(const CommonOptions& common);
  // Opens --log-file, if there is one.
  Status OpenLog();

  // An error that ends what it concerns. The quiet ones (a closed pipe) are not shown.
  void Error(const Status& error);
  // Warnings; notes too with -v or all_notes.
  void Findings(const snaptree::Findings& findings, bool all_notes = false);
  // Of a run that is silent: with -v only.
  void DetailFindings(const snaptree::Findings& findings);
  // One or more lines without the final newline.
  void Say(Level level, Slice text);
  void Detail(Slice text) { Say(Level::kDetail, text); }
  void Notice(Slice text) { Say(Level::kNotice, text); }

  bool json() const { return common_.json; }
  bool quiet() const { return common_.quiet; }
  bool verbose() const { return common_.verbose; }
  // The status lines of a front end on a terminal.
  StatusLines& status_lines() { return *status_lines_; }

 private:
  const CommonOptions common_;
  std::unique_ptr<StatusLines> status_lines_;
  std::unique_ptr<ReportBackEnd> front_;
  std::unique_ptr<ReportBackEnd> log_;
};

}  // namespace snaptree::cli
