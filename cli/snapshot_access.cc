#include "cli/snapshot_access.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"
#include "cli/count_text.h"
#include "cli/input_options.h"
#include "cli/missing_input.h"
#include "cli/option_values.h"

namespace snaptree::cli {
namespace {

std::string SalvageCounts(const SalvageReport& report) {
  std::vector<std::string> parts;
  // What was unpacked of a compressed file that was cut may look whole: then nothing was counted.
  if (report.rows_kept != 0 || report.lost_ranges != 0 || !report.end_missing)
    parts.push_back(Counted(report.rows_kept, "row") + " kept");
  if (report.lost_ranges != 0) {
    parts.push_back(Counted(report.lost_ranges, "stretch", "stretches") + " lost, " +
                    HumanBytes(report.bytes_lost) + " in all");
  } else if (!report.end_missing) {
    parts.emplace_back("nothing skipped");
  }
  const auto add = [&](uint64_t n, Slice noun, const char* what) {
    if (n != 0) parts.push_back(Counted(n, noun) + what);
  };
  add(report.rows_suspect, "suspect row", " dropped");
  add(report.rows_duplicate, "duplicate", " dropped");
  add(report.rows_out_of_order, "row", " sorted into place");
  // A file that was cut has lost more than the stretches that can be counted in it.
  if (report.end_missing)
    parts.emplace_back("the end of the file is missing, and nobody can tell how much that is");
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

Result<OpenInputOptions> OpenOptionsOf(const Invocation& invocation, Progress* progress) {
  OpenInputOptions options;
  options.scratch_folder = invocation.common.scratch_folder;
  SNAPTREE_ASSIGN(options.choice, InputChoiceOf(invocation));
  options.salvage = invocation.Has(OptionId::kSalvage);
  options.memory_bytes = invocation.common.memory_bytes;
  options.progress = progress;
  return options;
}

Result<ScannedInput> OpenAndScan(const std::string& path, const Invocation& invocation,
                                 Progress* progress) {
  SNAPTREE_ASSIGN(const std::optional<uint64_t> at, AtOf(invocation));
  SNAPTREE_ASSIGN(const OpenInputOptions options, OpenOptionsOf(invocation, progress));
  Result<OpenedInput> input = OpenInput(path, options);
  if (!input.ok()) return WithNextStep(input.status(), path);
  OpenedInput opened = *std::move(input);
  ScannedInput out;
  SNAPTREE_ASSIGN(out.scan, ScanContainer(*opened.container, {at, false, progress}));
  out.container = std::move(opened.container);
  out.findings = std::move(opened.findings);
  out.findings.Merge(out.scan.findings);
  out.salvage = std::move(opened.salvage);
  return out;
}

std::string KeyIdsText(const std::vector<uint32_t>& ids) {
  std::string text;
  for (const uint32_t id : ids) text += (text.empty() ? "" : ", ") + std::to_string(id);
  if (text.empty()) return text;
  return (ids.size() == 1 ? "key id " : "key ids ") + text;
}

std::string SalvageText(const SalvageReport& report) {
  return "salvage: " + report.damage + "\n" + SalvageLossText(report);
}

std::string SalvageLossText(const SalvageReport& report) {
  std::string text = "salvage: " + SalvageCounts(report);
  constexpr size_t kShown = 5;
  for (size_t i = 0; i < report.lost.size() && i < kShown; ++i) {
    const LostRange& lost = report.lost[i];
    text += fmt::format("\nsalvage: lost offsets {} to {}: {}", lost.begin, lost.end, lost.reason);
  }
  if (report.lost_ranges > kShown)
    text += fmt::format("\nsalvage: and {} more", Thousands(report.lost_ranges - kShown));
  return text;
}

void AppendSalvage(const SalvageReport& report, JsonText* json) {
  if (report.empty()) return json->Null();
  json->StartObject();
  json->TextMember("damage", report.damage);
  json->MemberBool("end_missing", report.end_missing);
  json->Member("rows_kept", report.rows_kept);
  json->Member("rows_suspect", report.rows_suspect);
  json->Member("rows_duplicate", report.rows_duplicate);
  json->Member("rows_out_of_order", report.rows_out_of_order);
  json->Member("bytes_lost", report.bytes_lost);
  json->Member("lost_ranges", report.lost_ranges);
  json->Key("lost");
  json->StartArray();
  for (const LostRange& lost : report.lost) {
    json->StartObject();
    json->Member("begin", lost.begin);
    json->Member("end", lost.end);
    json->TextMember("reason", lost.reason);
    json->Key("after_key");
    json->Bytes(lost.after_key);
    json->EndObject();
  }
  json->EndArray();
  json->EndObject();
}

}  // namespace snaptree::cli
