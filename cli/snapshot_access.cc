#include "cli/snapshot_access.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/option_values.h"

namespace snaptree::cli {

Result<ScannedInput> OpenAndScan(const std::string& path, const Invocation& invocation,
                                 Progress* progress) {
  SNAPTREE_ASSIGN(const std::optional<uint64_t> at, AtOf(invocation));
  OpenInputOptions options;
  options.scratch_folder = invocation.common.scratch_folder;
  options.salvage = invocation.Has(OptionId::kSalvage);
  options.memory_bytes = invocation.common.memory_bytes;
  options.progress = progress;
  SNAPTREE_ASSIGN(OpenedInput opened, OpenInput(path, options));
  ScannedInput out;
  SNAPTREE_ASSIGN(out.scan, ScanContainer(*opened.container, {at, progress}));
  out.container = std::move(opened.container);
  out.findings = std::move(opened.findings);
  out.findings.Merge(out.scan.findings);
  out.salvage = std::move(opened.salvage);
  return out;
}

std::string SalvageText(const SalvageReport& report) {
  std::string text = "salvage: " + report.damage + "\n";
  text += fmt::format("salvage: {} rows kept; {} stretches lost, {} in all",
                      Thousands(report.rows_kept), Thousands(report.lost_ranges),
                      HumanBytes(report.bytes_lost));
  if (report.rows_suspect != 0)
    text += fmt::format("; {} suspect rows dropped", Thousands(report.rows_suspect));
  if (report.rows_duplicate != 0)
    text += fmt::format("; {} duplicates dropped", Thousands(report.rows_duplicate));
  if (report.rows_out_of_order != 0) {
    text += fmt::format("; {} rows sorted into place", Thousands(report.rows_out_of_order));
  }
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
