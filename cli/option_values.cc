#include "cli/option_values.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "base/time_text.h"
#include "cli/nearest_names.h"
#include "formats/family_table.h"

namespace snaptree::cli {
namespace {

constexpr unsigned kMaxThreads = 1024;
constexpr uint64_t kMinMemory = uint64_t{16} << 20;
constexpr size_t kUnixMillisDigits = 13;  // 2001 to 2286; an HLC of our time has 18 digits

}  // namespace

Status BadValue(const std::string& where, const std::string& value, std::string expected) {
  return UsageError("OptionValue", "bad value of " + where)
      .Expected(std::move(expected))
      .Found("\"" + Printable(value, 60) + "\"");
}

Result<unsigned> ParseThreads(const std::string& where, const std::string& value) {
  const std::optional<uint64_t> n = ParseU64(value);
  if (!n || *n == 0 || *n > kMaxThreads) {
    return BadValue(where, value, "a number from 1 to " + std::to_string(kMaxThreads));
  }
  return static_cast<unsigned>(*n);
}

Result<uint64_t> ParseMemory(const std::string& where, const std::string& value) {
  const std::optional<uint64_t> bytes = ParseSize(value);
  if (!bytes || *bytes < kMinMemory)
    return BadValue(where, value, "a size of at least 16MiB, such as 512MiB or 2G");
  return *bytes;
}

Result<uint64_t> ParseBundleSize(const std::string& where, const std::string& value) {
  const std::optional<uint64_t> bytes = ParseSize(value);
  if (!bytes || *bytes == 0) return BadValue(where, value, "a size such as 64MiB");
  return *bytes;
}

Result<ProgressChoice> ParseProgress(const std::string& where, const std::string& value) {
  ProgressChoice choice;
  if (value == "json") {
    choice.json = true;
    return choice;
  }
  if (const std::optional<uint64_t> seconds = ParseU64(value);
      seconds && *seconds > 0 && *seconds <= 86400) {
    choice.seconds = *seconds;
    return choice;
  }
  Result<When> when = ParseWhen(where, value);
  if (!when.ok())
    return BadValue(where, value, "auto, never, always, json, or seconds (1 to 86400)");
  choice.when = *when;
  return choice;
}

Result<When> ParseWhen(const std::string& where, const std::string& value) {
  if (value == "auto") return When::kAuto;
  if (value == "always") return When::kAlways;
  if (value == "never") return When::kNever;
  return BadValue(where, value, "auto, always or never");
}

Result<uint64_t> ParseCount(const std::string& where, const std::string& value) {
  const std::optional<uint64_t> n = ParseU64(value);
  if (!n || *n == 0) return BadValue(where, value, "a number of at least 1");
  return *n;
}

Result<uint64_t> ParseIndex(const std::string& where, const std::string& value) {
  if (value.starts_with("0x")) {
    uint64_t n = 0;
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data() + 2, end, n, 16);
    if (value.size() > 2 && error == std::errc() && stop == end) return n;
  } else if (const std::optional<uint64_t> n = ParseU64(value)) {
    return *n;
  }
  return BadValue(where, value, "a decimal number, or a hexadecimal one after 0x");
}

Result<uint64_t> ParseAt(const std::string& where, const std::string& value) {
  constexpr const char* kExpected =
      "a time such as 2026-11-20T03:12:44.917Z, Unix milliseconds (13 digits), or a decimal HLC "
      "timestamp above 0";
  if (const std::optional<uint64_t> n = ParseU64(value)) {
    if (*n == 0) return BadValue(where, value, kExpected);
    return value.size() == kUnixMillisDigits ? HlcAtEndOfMillis(*n) : *n;
  }
  const std::optional<uint64_t> ms = ParseRfc3339(value);
  if (!ms || *ms >= uint64_t{1} << 48) return BadValue(where, value, kExpected);
  return HlcAtEndOfMillis(*ms);
}

Result<std::vector<std::string>> ParseAdapters(const std::string& where, const std::string& value) {
  std::vector<Slice> known = {"all"};
  for (size_t i = 0; i < kAdapterCount; ++i) {
    const auto id = static_cast<AdapterId>(i);
    if (id != AdapterId::kInternal) known.emplace_back(AdapterName(id));
  }
  std::vector<std::string> adapters;
  bool all = value.empty();
  for (size_t at = 0; at <= value.size();) {
    const size_t comma = std::min(value.find(',', at), value.size());
    std::string item = value.substr(at, comma - at);
    at = comma + 1;
    item.erase(0, item.find_first_not_of(" \t"));
    item.erase(item.find_last_not_of(" \t") + 1);
    if (item.empty()) continue;
    if (std::find(known.begin(), known.end(), item) == known.end()) {
      return BadValue(where, item, "names out of " + JoinNames(known, ", "))
          .Next(NearestHint(item, known));
    }
    if (item == "all") all = true;
    if (std::find(adapters.begin(), adapters.end(), item) == adapters.end())
      adapters.push_back(item);
  }
  if (all) return std::vector<std::string>();
  if (adapters.empty()) return BadValue(where, value, "names out of " + JoinNames(known, ", "));
  return adapters;
}

Result<std::optional<uint64_t>> AtOf(const Invocation& invocation) {
  if (!invocation.Has(OptionId::kAt)) return std::optional<uint64_t>();
  SNAPTREE_ASSIGN(const uint64_t at, ParseAt("--at", invocation.Value(OptionId::kAt)));
  return std::optional<uint64_t>(at);
}

}  // namespace snaptree::cli
