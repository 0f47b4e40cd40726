#include "cli/decode_summary.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "base/output_target.h"
#include "base/text.h"
#include "cli/address_options.h"
#include "cli/count_text.h"
#include "cli/exit_codes.h"
#include "cli/snapshot_access.h"
#include "cli/text_table.h"
#include "decode/preflight.h"

namespace snaptree::cli {
namespace {

std::string HeadLine(const DecodeRun& run) {
  const DecodeReport& report = run.report;
  const std::string what =
      run.options.dry_run ? "dry run, nothing written," : "decoded to " + run.ShownOutput();
  const std::string archive =
      report.archive_bytes ? ", archive " + HumanBytes(*report.archive_bytes) : "";
  return fmt::format("{} in {}:\n  {}, {}, {}{}", what, CostText(run.cost, report.input_bytes()),
                     Counted(report.records, "record"), Counted(report.tree.files, "file"),
                     HumanBytes(report.tree.bytes), archive);
}

// Which states of raft data directories were read: the arguments do not tell.
std::string ChosenStates(const Findings& findings) {
  const auto chosen = findings.by_code().find("state_chosen");
  std::string text;
  if (chosen == findings.by_code().end()) return text;
  for (const auto& [state, count] : chosen->second.examples) text += "  read: " + state + "\n";
  return text;
}

std::string Equation(const RowClasses& rows) {
  std::vector<std::string> terms = {"emitted " + Thousands(rows.emitted)};
  const auto add = [&](const char* name, uint64_t n) {
    if (n != 0) terms.push_back(std::string(name) + " " + Thousands(n));
  };
  add("older", rows.older_version);
  add("deleted", rows.tombstone);
  add("expired", rows.expired);
  add("derived", rows.derived_index);
  add("operational", rows.operational);
  add("transactional", rows.transactional);
  add("excluded", rows.excluded);
  add("unknown", rows.unknown);
  add("damaged", rows.damaged);
  return SumText("rows " + Thousands(rows.total) + " =", terms);
}

// Rows by adapter and class; columns that are nowhere needed are left out.
std::string AccountTable(const DecodeReport& report) {
  struct Column {
    const char* name;
    uint64_t (*value)(const RowClasses&);
  };
  constexpr Column kColumns[] = {
      {"rows", [](const RowClasses& r) { return r.total; }},
      {"emitted", [](const RowClasses& r) { return r.emitted; }},
      {"older", [](const RowClasses& r) { return r.older_version; }},
      {"deleted", [](const RowClasses& r) { return r.tombstone; }},
      {"expired", [](const RowClasses& r) { return r.expired; }},
      {"derived", [](const RowClasses& r) { return r.derived_index; }},
      {"system", [](const RowClasses& r) { return r.operational + r.transactional; }},
      {"excluded", [](const RowClasses& r) { return r.excluded; }},
      {"unknown", [](const RowClasses& r) { return r.unknown; }},
      {"damaged", [](const RowClasses& r) { return r.damaged; }},
  };
  std::vector<const Column*> shown;
  for (const Column& column : kColumns) {
    if (column.value(report.rows) != 0) shown.push_back(&column);
  }
  TextTable table;
  std::vector<std::string> head = {"adapter", "records"};
  for (const Column* column : shown) head.emplace_back(column->name);
  table.Add(std::move(head));
  for (const AdapterReport& adapter : report.adapters) {
    if (adapter.rows.total == 0) continue;
    std::vector<std::string> line = {adapter.name,
                                     adapter.decoded ? Thousands(adapter.records) : "-"};
    for (const Column* column : shown) line.push_back(Thousands(column->value(adapter.rows)));
    table.Add(std::move(line));
  }
  return table.empty() ? "" : table.Text(2);
}

// Rows that were not asked for.
std::string LeftBehind(const DecodeReport& report) {
  std::string list;
  for (const AdapterReport& adapter : report.adapters) {
    if (adapter.decoded || adapter.rows.excluded == 0) continue;
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", adapter.name,
                        Thousands(adapter.rows.excluded));
  }
  std::string text;
  if (!list.empty()) text += "  left out by --adapter: " + list + "\n";
  if (report.newer_than_at != 0) {
    text += fmt::format("  newer than the read timestamp, counted as excluded: {}\n",
                        Thousands(report.newer_than_at));
  }
  return text;
}

std::string DamagedLines(const DecodeReport& report) {
  constexpr size_t kShown = 5;
  std::string text;
  for (size_t i = 0; i < report.damaged.size() && i < kShown; ++i) {
    const DamagedRecord& d = report.damaged[i];
    text += fmt::format("  damaged: {}: {} ({}offset {}) [{}]\n", d.address, d.reason,
                        d.input.empty() ? "" : d.input + ": ", d.offset, d.code);
  }
  if (report.damaged.size() > kShown) {
    text += fmt::format("  damaged: and {} more; --json lists them\n",
                        Thousands(report.damaged.size() - kShown));
  }
  return text;
}

// What the tree takes on disk at most, against what is free.
std::string SpaceVerdict(const DecodeRun& run) {
  constexpr uint64_t kBlock = 4096;
  constexpr uint64_t kTarBlocks = 1024;  // a header, and what fills the last block
  const bool archive = run.options.archive.has_value();
  const std::string folder = run.options.output.empty() ? "." : ParentFolder(run.options.output);
  const uint64_t needed =
      run.report.tree.bytes + run.report.tree.files * (archive ? kTarBlocks : kBlock);
  const uint64_t inodes = archive ? 1 : run.report.tree.files;
  struct statvfs fs {};
  if (::statvfs(folder.c_str(), &fs) != 0) return "";
  const uint64_t free_bytes = uint64_t{fs.f_bavail} * fs.f_frsize;
  const bool fits = needed <= free_bytes && (fs.f_files == 0 || inodes <= fs.f_favail);
  return fmt::format("  needs at most {} and {}; {} has {} and {} free: {}\n", HumanBytes(needed),
                     Counted(inodes, "inode"), folder, HumanBytes(free_bytes),
                     Thousands(fs.f_favail), fits ? "it fits" : "IT DOES NOT FIT");
}

std::string Verdict(const DecodeRun& run, bool warnings_shown) {
  const DecodeReport& report = run.report;
  const std::string what = run.options.dry_run ? "dry run" : run.ShownOutput();
  if (run.ExitCode() == kExitDone) return what + ": complete, nothing lost (exit 0)";
  std::string text;
  const auto add = [&](uint64_t n, const std::string& one, const std::string& many) {
    if (n != 0) text += (text.empty() ? "" : ", ") + Counted(n, one, many);
  };
  add(report.rows.unknown, "unknown row", "unknown rows");
  add(report.rows.damaged, "damaged row", "damaged rows");
  add(report.losses, "record not whole", "records not whole");
  if (report.findings.HasWarning()) {
    text += (text.empty() ? "" : ", ") + WarningsText(report.findings, warnings_shown);
  }
  return what +
         (run.options.dry_run ? ": would not be complete: " : ": written, but not complete: ") +
         text + " (exit 3)";
}

}  // namespace

std::string DecodeRun::ShownOutput() const {
  return options.output == "-" ? "standard output" : options.output;
}

int DecodeRun::ExitCode() const { return report.complete() ? kExitDone : kExitIncomplete; }

void ReportDecode(const DecodeRun& run, Level level, Reporter& reporter) {
  std::string text = HeadLine(run) + "\n" + ChosenStates(run.report.findings) +
                     Equation(run.report.rows) + "\n" + AccountTable(run.report) +
                     LeftBehind(run.report) + DamagedLines(run.report) +
                     UnmatchedText(run.report.unmatched);
  if (run.options.dry_run) text += SpaceVerdict(run);
  text.pop_back();
  reporter.Say(level, text);
  reporter.Findings(run.report.findings);
  // The finding `salvaged` has named the damage.
  for (const DecodedInput& input : run.report.inputs) {
    if (!input.salvage.empty()) reporter.Say(level, SalvageLossText(input.salvage));
  }
  if (!run.options.dry_run && run.options.output != "-") {
    const std::string output = ShellWord(run.options.output);
    reporter.Say(level,
                 "check it:  " + (run.options.archive
                                      ? "snaptree verify " + output
                                      : "(cd " + output + " && sha256sum -c --quiet CHECKSUMS)"));
  }
  // What is not all that exit 0 promises is said with -q too.
  if (run.ExitCode() == kExitDone) {
    reporter.Say(level, "snaptree: " + Verdict(run, true));
  } else {
    reporter.Say(Level::kVerdict, Verdict(run, !reporter.quiet()));
  }
}

}  // namespace snaptree::cli
