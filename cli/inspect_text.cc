#include <fmt/format.h>
#include <sys/statvfs.h>

#include <ctime>

#include "base/text.h"
#include "base/time_text.h"
#include "cli/count_text.h"
#include "cli/decode_command.h"
#include "cli/inspect_report.h"
#include "cli/report_back_ends.h"
#include "cli/snapshot_access.h"
#include "cli/terminal.h"
#include "cli/text_table.h"
#include "formats/encryption/decrypted_rows.h"
#include "formats/family_table.h"

namespace snaptree::cli {
namespace {

// "1 d 4 h", "3 h 12 min", "45 s", "7 ms".
std::string AgeText(uint64_t ms) {
  const uint64_t s = ms / 1000;
  if (s >= 86400) return fmt::format("{} d {} h", s / 86400, s / 3600 % 24);
  if (s >= 3600) return fmt::format("{} h {} min", s / 3600, s / 60 % 60);
  if (s >= 60) return fmt::format("{} min", s / 60);
  if (s >= 1) return fmt::format("{} s", s);
  return fmt::format("{} ms", ms);
}

std::string Moment(uint64_t hlc) {
  return fmt::format("{} (HLC {})", UtcText(HlcMillis(hlc)), hlc);
}

std::string Times(const InspectReport& report) {
  const ScanResult& scan = report.scan;
  std::string text;
  if (scan.read_ts == 0) return InspectLine("state as of", "nothing was ever committed");
  text += InspectLine("state as of", Moment(scan.read_ts));
  const auto now_ms = static_cast<uint64_t>(std::time(nullptr)) * 1000;
  const uint64_t at_ms = HlcMillis(scan.read_ts);
  std::string age;
  if (at_ms != 0 && at_ms < now_ms) age = AgeText(now_ms - at_ms) + " ago";
  if (scan.read_ts < scan.last_commit_ts) {
    age += (age.empty() ? "" : ", ") + AgeText(HlcMillis(scan.last_commit_ts) - at_ms) +
           " before the last commit";
  }
  if (!age.empty()) text += InspectLine("", age);
  if (scan.read_ts != scan.last_commit_ts)
    text += InspectLine("last commit", Moment(scan.last_commit_ts));
  if (report.OldestCommit() != 0)
    text += InspectLine("oldest commit", Moment(report.OldestCommit()));
  const uint64_t retained = scan.min_retained_ts.value_or(0);
  if (!scan.retention_known) {
    text +=
        InspectLine("--at reaches back", "nobody knows how far: the end of the file is missing");
  } else if (HlcMillis(retained) == 0) {
    text += InspectLine("--at reaches back", "to the first commit: no version has been removed");
  } else {
    text += InspectLine("--at reaches back", "to " + Moment(retained));
  }
  return text;
}

// One line a group of families; columns that are nowhere needed are left out.
class CountsTable {
 public:
  CountsTable(Slice first_column, const FamilyCounts& totals)
      : expired_(totals.expired != 0), newer_(totals.newer != 0), damaged_(totals.damaged != 0) {
    std::vector<std::string> head = {
        std::string(first_column), "rows", "size", "live", "older", "deleted"};
    if (expired_) head.emplace_back("expired");
    if (newer_) head.emplace_back("newer");
    if (damaged_) head.emplace_back("damaged");
    table_.Add(std::move(head));
  }
  void Add(Slice name, const FamilyCounts& c) {
    std::vector<std::string> line = {
        std::string(name), Thousands(c.rows),  HumanBytes(c.key_bytes + c.value_bytes),
        Thousands(c.live), Thousands(c.older), Thousands(c.tombstone)};
    if (expired_) line.push_back(Thousands(c.expired));
    if (newer_) line.push_back(Thousands(c.newer));
    if (damaged_) line.push_back(Thousands(c.damaged));
    table_.Add(std::move(line));
  }
  std::string Text() const { return table_.Text(2); }

 private:
  const bool expired_;
  const bool newer_;
  const bool damaged_;
  TextTable table_;
};

std::string Tables(const InspectReport& report) {
  const FamilyCounts totals = report.Totals();
  CountsTable by_adapter("adapter", totals);
  for (const GroupCounts& group : report.ByAdapter()) by_adapter.Add(group.name, group.counts);
  CountsTable by_family("family", totals);
  for (size_t i = 0; i < report.scan.families.size(); ++i) {
    const FamilyCounts& counts = report.scan.families[i];
    if (counts.rows != 0) by_family.Add(FamilyName(static_cast<FamilyId>(i)), counts);
  }
  return "\n" + by_adapter.Text() + "\n" + by_family.Text();
}

// Every row once, so that a reader sees that nothing is missing.
std::string Equation(const InspectReport& report) {
  const FamilyCounts totals = report.Totals();
  std::vector<std::string> terms = {"live " + Thousands(totals.live - report.UnknownRows())};
  const auto add = [&](const char* name, uint64_t n) {
    if (n != 0) terms.push_back(std::string(name) + " " + Thousands(n));
  };
  add("older", totals.older);
  add("deleted", totals.tombstone);
  add("expired", totals.expired);
  add("newer", totals.newer);
  add("damaged", totals.damaged);
  add("unknown", report.UnknownRows());
  add("store metadata", report.MetadataRows());
  return "\n" + SumText("rows " + Thousands(report.scan.rows) + " =", terms) + "\n";
}

std::string Problems(const InspectReport& report) {
  std::string text;
  for (const auto& [code, finding] : report.findings.by_code())
    text += FindingText(code, finding) + "\n";
  if (!report.salvage.empty()) text += SalvageText(report.salvage) + "\n";
  constexpr size_t kShown = 5;
  const auto& damaged = report.scan.damaged;
  for (size_t i = 0; i < damaged.size() && i < kShown; ++i) {
    text +=
        fmt::format("  offset {}: {}: raw key {} ({})\n", damaged[i].position, damaged[i].defect,
                    Printable(damaged[i].key, 60), FamilyName(damaged[i].family));
  }
  return text;
}

// Keys were given, and rows stayed encrypted.
std::string NextOfClosed(const InspectReport& report) {
  const std::string lacking =
      KeyIdsText(KeyIdsNotAtHand(report.info, report.scan.encryption_key_ids));
  if (lacking.empty()) {
    return "next: take another copy: their keys are at hand, and the rows do not open.\n"
           "      snaptree decode --salvage with the same keys leaves them out\n";
  }
  return "next: no key that was given opens rows of " + lacking +
         ":\n      find the newest keys.json of this node, or give --dek ID=FILE\n";
}

std::string DecodeNext(const InspectReport& report, const std::string& options) {
  return "next: " + DecodeCommand(report.given, report.opening + options);
}

std::string Next(const InspectReport& report) {
  if (report.scan.LiveEncryptedRows() != 0 && report.info.decrypted) return NextOfClosed(report);
  if (report.scan.LiveEncryptedRows() != 0) {
    const bool found = report.directory && !report.directory->keys_file().empty();
    return DecodeNext(report, KeyOptionsToFill(found ? report.directory->keys_file() : "")) +
           "\n      with the node's key file in the place of KEK" +
           (found ? "" : ", and its encryption/keys.json") + ":\n      " +
           KeyIdsText(report.scan.encryption_key_ids) + "\n";
  }
  const TreeEstimate estimate = EstimateTree(report.scan);
  std::string text = DecodeNext(report, report.salvage.empty() ? "" : " --salvage");
  text += fmt::format("\n      writes about {} in {}", HumanBytes(estimate.bytes),
                      Counted(estimate.files, "file"));
  struct statvfs fs {};
  if (::statvfs(".", &fs) == 0) {
    text += fmt::format("\n      free here: {}", HumanBytes(uint64_t{fs.f_bavail} * fs.f_frsize));
    if (fs.f_files != 0) text += ", " + Counted(fs.f_favail, "inode");
  }
  return text + "\n";
}

}  // namespace

std::string InspectText(const InspectReport& report) {
  std::string text;
  // Of a store that can be read, what follows says the same.
  if (report.directory && !(report.directory->is_store() && report.status.ok()))
    text = DirectoryText(*report.directory) + "\n";
  if (!report.status.ok()) return text;
  if (report.listed_only()) return text + WithoutControls(Problems(report));
  text += ContainerLines(report);
  text += Times(report);
  text += Tables(report) + Equation(report);
  if (report.detail) text += DetailText(*report.detail) + "\n";
  text += Problems(report) + Next(report);
  return WithoutControls(text);
}

}  // namespace snaptree::cli
