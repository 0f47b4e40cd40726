#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/text.h"
#include "cli/count_text.h"
#include "cli/inspect_detail.h"
#include "cli/path_text.h"

namespace snaptree::cli {
namespace {

constexpr size_t kBarWidth = 24;
constexpr size_t kShownKeyBytes = 56;

// The share of the greatest, as a bar; what there is is always seen.
std::string Bar(uint64_t value, uint64_t greatest) {
  if (value == 0) return "";
  const double share = static_cast<double>(value) / static_cast<double>(greatest);
  const auto n = static_cast<size_t>(std::lround(share * static_cast<double>(kBarWidth)));
  return std::string(std::max<size_t>(n, 1), '#');
}

std::string WithoutBlanksAtEnd(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

// Numbers first, so that names of any length break no column.
std::string ScopeLines(const char* head, const std::vector<ScopeSize>& scopes, uint64_t all) {
  std::string text = fmt::format("\n  {:>11}  {:>11}  {}\n", "size", "records", head);
  for (const ScopeSize& scope : scopes) {
    std::string name;
    AppendPath(&name, scope.scope);
    text += fmt::format("  {:>11}  {:>11}  {}\n", HumanBytes(scope.bytes), Thousands(scope.records),
                        name);
  }
  if (all > scopes.size()) {
    text +=
        fmt::format("  {:>11}  {:>11}  and {}\n", "", "", Counted(all - scopes.size(), "other"));
  }
  return text;
}

// The second list says something when the first does not begin with the same scopes.
bool AreSame(const std::vector<ScopeSize>& a, const std::vector<ScopeSize>& b) {
  return std::all_of(a.begin(), a.end(), [&](const ScopeSize& scope) {
    return std::any_of(b.begin(), b.end(),
                       [&](const ScopeSize& other) { return other.scope == scope.scope; });
  });
}

std::string LargestRecords(const std::vector<RecordSize>& records) {
  std::string text = fmt::format("\n  {:>11}  {}\n", "size", "largest records");
  for (const RecordSize& record : records) {
    std::string name;
    AppendPath(&name, record.path);
    if (record.line != 0) name += fmt::format(" (line {})", Thousands(record.line));
    text += fmt::format("  {:>11}  {}\n", HumanBytes(record.bytes), name);
  }
  return text;
}

// One line of a histogram. `size` may be empty.
struct Step {
  std::string name;
  uint64_t number = 0;
  std::string size;
};

// From the first step that has something to the last one.
std::string Histogram(const char* head, const char* counted, const std::vector<Step>& steps) {
  const auto has = [](const Step& step) { return step.number != 0; };
  const auto first = std::find_if(steps.begin(), steps.end(), has);
  const auto last = std::find_if(steps.rbegin(), steps.rend(), has).base();
  uint64_t greatest = 0;
  bool sizes = false;
  for (const Step& step : steps) {
    greatest = std::max(greatest, step.number);
    sizes = sizes || !step.size.empty();
  }
  std::string text = WithoutBlanksAtEnd(
      fmt::format("\n  {:<20}  {:>11}  {:>11}", head, counted, sizes ? "size" : ""));
  for (auto step = first; step < last; ++step) {
    text += WithoutBlanksAtEnd(
        sizes ? fmt::format("  {:<20}  {:>11}  {:>11}  {}", step->name, Thousands(step->number),
                            step->size, Bar(step->number, greatest))
              : fmt::format("  {:<20}  {:>11}  {}", step->name, Thousands(step->number),
                            Bar(step->number, greatest)));
  }
  return text;
}

// "10 s", "6 h", "30 d".
std::string Duration(uint64_t ms) {
  if (ms >= kDayMs) return fmt::format("{} d", ms / kDayMs);
  if (ms >= kHourMs) return fmt::format("{} h", ms / kHourMs);
  if (ms >= kMinuteMs) return fmt::format("{} min", ms / kMinuteMs);
  return fmt::format("{} s", ms / kSecondMs);
}

// "16 bytes", "4 KiB": limits are whole numbers of their unit.
std::string SizeLimit(uint64_t bytes) {
  constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB"};
  size_t unit = 0;
  for (; unit + 1 < std::size(kUnits) && bytes >= 1024; bytes /= 1024) ++unit;
  return fmt::format("{} {}", bytes, kUnits[unit]);
}

std::string Sizes(const RecordStatistics& records) {
  std::vector<Step> steps;
  for (size_t i = 0; i < records.sizes.size(); ++i) {
    const RecordAmount& amount = records.sizes[i];
    steps.push_back({i < kSizeLimits.size() ? "up to " + SizeLimit(kSizeLimits[i]) : "larger",
                     amount.records, HumanBytes(amount.bytes)});
  }
  return Histogram("size of a record", "records", steps);
}

std::string Expiry(const RecordStatistics& records) {
  std::vector<Step> steps = {{"before that time", records.expired, ""}};
  for (size_t i = 0; i < records.expiring.size(); ++i) {
    steps.push_back(
        {i < kExpiryLimitsMs.size() ? "within " + Duration(kExpiryLimitsMs[i]) : "later",
         records.expiring[i], ""});
  }
  const bool any =
      std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.number != 0; });
  if (!any) return "";
  steps.push_back({"never", records.never, ""});
  return Histogram("Redis keys expire", "keys", steps);
}

std::string Ages(const RowStatistics& rows) {
  std::vector<Step> steps;
  for (size_t i = 0; i < rows.ages.size(); ++i) {
    const RowStatistics::Amount& amount = rows.ages[i];
    steps.push_back({i < kAgeLimitsMs.size() ? "up to " + Duration(kAgeLimitsMs[i]) : "older",
                     amount.rows, HumanBytes(amount.bytes)});
  }
  return Histogram("age of live data", "rows", steps);
}

std::string Versions(const RowStatistics& rows) {
  std::vector<Step> steps;
  for (size_t i = 0; i < rows.keys_by_versions.size(); ++i) {
    const uint64_t least = i == 0 ? 1 : kVersionLimits[i - 1] + 1;
    std::string name = i == kVersionLimits.size() ? fmt::format("{} and more", least)
                       : least == kVersionLimits[i]
                           ? std::to_string(least)
                           : fmt::format("{} to {}", least, kVersionLimits[i]);
    steps.push_back({std::move(name), rows.keys_by_versions[i], ""});
  }
  std::string text = Histogram("versions of a key", "keys", steps);
  text += fmt::format("  {}, {}, {} of them; {}\n", Counted(rows.keys, "key"),
                      Counted(rows.versions, "version"), Counted(rows.deletions, "deletion"),
                      Counted(rows.deleted_keys, "key is deleted", "keys are deleted"));
  if (rows.most_versions.empty()) return text;
  text += fmt::format("\n  {:>11}  {}\n", "versions", "keys with most of them");
  for (const auto& [versions, key] : rows.most_versions)
    text += fmt::format("  {:>11}  {}\n", Thousands(versions), Printable(key, kShownKeyBytes));
  return text;
}

std::string Records(const RecordStatistics& records) {
  std::string text = ScopeLines("largest scopes", records.largest_scopes, records.scopes);
  if (!AreSame(records.fullest_scopes, records.largest_scopes))
    text += ScopeLines("scopes with most records", records.fullest_scopes, records.scopes);
  return text + LargestRecords(records.largest) + Sizes(records) + Expiry(records);
}

}  // namespace

std::string DetailText(const InspectDetail& detail) {
  std::string text;
  if (detail.records && detail.records->all.records > 0) text += Records(*detail.records);
  if (detail.rows.keys > 0) text += Ages(detail.rows) + Versions(detail.rows);
  return text;
}

}  // namespace snaptree::cli
