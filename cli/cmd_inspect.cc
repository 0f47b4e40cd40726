// snaptree inspect IN...: what is in snapshots, without decoding them.
#include <unistd.h>

#include <array>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/inspect_report.h"
#include "cli/option_values.h"
#include "cli/progress_display.h"
#include "cli/snapshot_access.h"
#include "cli/stdout_writer.h"
#include "decode/preflight.h"
#include "formats/spool.h"

namespace snaptree::cli {
namespace {

// The size of the file that was unpacked; nullopt when it was read as it is.
std::optional<uint64_t> PackedBytes(const ContainerInfo& info) {
  const Result<InputFile> file = InputFile::Open(info.path);
  std::array<char, 4> head{};
  if (!file.ok() || !file->ReadExactlyAt(0, head.data(), head.size()).ok()) return std::nullopt;
  if (!IsZstd(Slice(head.data(), head.size()))) return std::nullopt;
  return file->size();
}

Status Inspect(const Invocation& invocation, Reporter& reporter, InspectReport* report) {
  const bool detail = invocation.Has(OptionId::kDetail);
  if (detail) SNAPTREE_TRY(CheckReadableTwice(report->given));
  Progress progress;
  const ProgressDisplay display(progress, reporter, invocation.common);
  SNAPTREE_ASSIGN(const OpenInputOptions open, OpenOptionsOf(invocation, &progress));
  SNAPTREE_ASSIGN(report->directory, InspectDirectory(report->given, open, &report->findings));
  if (report->listed_only()) return {};
  SNAPTREE_ASSIGN(ScannedInput input, OpenAndScan(report->given, invocation, &progress));
  SNAPTREE_ASSIGN(const std::optional<uint64_t> at, AtOf(invocation));
  report->info = input.container->info();
  if (report->directory) report->directory->MarkChosen(report->info.path);
  report->scan = std::move(input.scan);
  report->findings = std::move(input.findings);
  report->salvage = std::move(input.salvage);
  if (report->UnknownRows() != 0) {
    report->findings.Warn("unknown_rows",
                          "rows with a reserved prefix and no known family: written by a newer "
                          "server? decode keeps them "
                          "in unknown/",
                          "", report->UnknownRows());
  }
  if (const uint64_t damaged = report->scan.DamagedRows(); damaged != 0) {
    report->findings.Warn("damaged_rows", "rows that cannot be read", "", damaged);
  }
  report->packed_bytes = PackedBytes(report->info);
  // Counts before the retained window are worth showing, with a warning.
  const ReadTime time{report->scan.read_ts, at.has_value(), true};
  SNAPTREE_TRY(CheckReadTimestamp(time, report->scan, report->info.path, &report->findings));
  if (!detail) return {};
  const DetailRun run{report->given, invocation, input.container->rows(), report->scan, progress};
  SNAPTREE_ASSIGN(report->detail, ReadDetail(run, &report->findings));
  return {};
}

// Those that decide what is read of an input and with which keys, as they were given.
std::string OpeningOptions(const Invocation& invocation) {
  std::string text;
  for (const OptionId id :
       {OptionId::kFrom, OptionId::kManifestKey, OptionId::kOffloadManifest, OptionId::kKekFile,
        OptionId::kKeysFile, OptionId::kSidecar, OptionId::kDek}) {
    for (const std::string& value : invocation.Values(id))
      text += std::string(" --") + OptionOf(id).name + " " + ShellWord(value);
  }
  for (const OptionId id : {OptionId::kForceLocked, OptionId::kCheckpoint}) {
    if (invocation.Has(id)) text += std::string(" --") + OptionOf(id).name;
  }
  return text;
}

std::string Document(const std::vector<InspectReport>& reports, int exit_code) {
  JsonText json(JsonStyle::kPretty);
  json.StartObject();
  json.Member("schema", "snaptree.inspect/1");
  // The members of an only input stand at the top too. A script that gives a pattern of names need
  // not know how many files it matches: `inputs` has them all.
  if (reports.size() == 1) AppendInspect(reports.front(), &json);
  json.Key("inputs");
  json.StartArray();
  for (const InspectReport& report : reports) {
    json.StartObject();
    AppendInspect(report, &json);
    json.Member("exit_code", static_cast<uint64_t>(report.ExitCode()));
    json.EndObject();
  }
  json.EndArray();
  json.Member("exit_code", static_cast<uint64_t>(exit_code));
  json.EndObject();
  return json.text() + "\n";
}

}  // namespace

int RunInspect(const Invocation& invocation, Reporter& reporter) {
  if (const auto at = AtOf(invocation); !at.ok()) {
    reporter.Error(at.status());
    return ExitCodeOf(at.status());
  }
  std::vector<InspectReport> reports;
  int exit_code = kExitDone;
  for (const std::string& path : invocation.arguments) {
    InspectReport& report = reports.emplace_back();
    report.given = path;
    report.opening = OpeningOptions(invocation);
    report.status = Inspect(invocation, reporter, &report);
    exit_code = WorseExit(exit_code, report.ExitCode());
    if ((report.status.ok() || report.directory) && !reporter.json()) {
      const Status printed = PrintToStdout((reports.size() > 1 ? "\n" : "") + InspectText(report));
      if (!printed.ok()) {
        reporter.Error(printed);
        return ExitCodeOf(printed);
      }
    }
    if (!report.status.ok()) reporter.Error(report.status);
    if (!report.status.ok() && report.status.kind() == ErrorKind::kCancelled) return exit_code;
  }
  if (!reporter.json()) return exit_code;
  const Status printed = PrintToStdout(Document(reports, exit_code));
  if (!printed.ok()) reporter.Error(printed);
  return WorseExit(exit_code, ExitCodeOf(printed));
}

}  // namespace snaptree::cli
