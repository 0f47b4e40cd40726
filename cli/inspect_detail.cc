#include "cli/inspect_detail.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "check/records.h"

#include "base/file.h"
#include "base/scratch_folder.h"
#include "base/time_text.h"
#include "cli/input_options.h"
#include "cli/option_values.h"

namespace snaptree::cli {
namespace {

// Shares of the memory budget.
constexpr double kDecodeShare = 0.8;
constexpr double kScopesShare = 0.1;
constexpr size_t kLeastSorterBytes = size_t{256} << 10;

// Those that the scan did not have: it counted the same rows.
void TakeWarnings(const Findings& from, Findings* to) {
  Findings added;
  for (const auto& [code, finding] : from.by_code()) {
    if (finding.severity != Severity::kWarning || to->by_code().count(code) != 0) continue;
    added.Warn(code, finding.text, finding.example(), finding.count);
  }
  to->Merge(added);
}

Result<RecordsOptions> RecordsOptionsOf(const DetailRun& run) {
  const Invocation& invocation = run.invocation;
  RecordsOptions options;
  options.what = run.input;
  SNAPTREE_ASSIGN(options.at, AtOf(invocation));
  options.force = true;
  SNAPTREE_ASSIGN(options.input, InputChoiceOf(invocation));
  options.salvage = invocation.Has(OptionId::kSalvage);
  options.threads = invocation.common.threads;
  options.memory_bytes =
      static_cast<uint64_t>(static_cast<double>(invocation.common.memory_bytes) * kDecodeShare);
  options.scratch_folder = invocation.common.scratch_folder;
  options.progress = &run.progress;
  return options;
}

}  // namespace

Status CheckReadableTwice(const std::string& input) {
  if (input != "-") return {};
  struct stat status {};
  if (::fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode) &&
      ::lseek(STDIN_FILENO, 0, SEEK_CUR) == 0) {
    return {};
  }
  return UsageError("OptionConflict",
                    "--detail reads the input more than once, and standard input is no file")
      .Next("write it into a file first, or leave --detail out");
}

Result<InspectDetail> ReadDetail(const DetailRun& run, Findings* findings) {
  InspectDetail detail;
  const CommonOptions& common = run.invocation.common;
  SNAPTREE_ASSIGN(detail.rows, ReadRowStatistics(run.rows, run.scan, common.threads, run.progress));
  SNAPTREE_ASSIGN(const RecordsOptions options, RecordsOptionsOf(run));
  ScratchFolder scratch(common.scratch_folder.empty() ? TemporaryFolder() : common.scratch_folder);
  const auto bytes = static_cast<size_t>(static_cast<double>(common.memory_bytes) * kScopesShare);
  const std::unique_ptr<RecordCounter> counter =
      NewRecordCounter({std::max(bytes, kLeastSorterBytes), [&scratch] { return scratch.Path(); }},
                       HlcMillis(run.scan.read_ts));
  const Result<RecordsReport> report = ReadRecords(options, *counter);
  if (!report.ok()) {
    if (report.status().kind() != ErrorKind::kData) return report.status();
    findings->Note("detail_incomplete", "the rows cannot be decoded: nothing is known of records",
                   report.status().Message());
    return detail;
  }
  TakeWarnings(report->findings, findings);
  SNAPTREE_ASSIGN(detail.records, counter->Statistics());
  return detail;
}

}  // namespace snaptree::cli
