#include "formats/pebble/log_files.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "base/text.h"
#include "formats/pebble/directory_file.h"

namespace snaptree {
namespace {

constexpr Slice kSuffix = ".log";
constexpr size_t kNumberDigits = 6;  // or more without leading zeros
constexpr size_t kSegmentDigits = 3;

// As the store writes them: what a user added beside them (a copy under another name) is none.
std::optional<LogFile> ParseLogName(const std::string& name) {
  Slice rest = name;
  if (!rest.ends_with(kSuffix)) return std::nullopt;
  rest.remove_suffix(kSuffix.size());
  LogFile log;
  log.name = name;
  if (const size_t dash = rest.find('-'); dash != Slice::npos) {
    const Slice digits = rest.substr(dash + 1);
    const std::optional<uint64_t> segment = ParseU64(digits);
    if (digits.size() != kSegmentDigits || !segment) return std::nullopt;
    log.segment = static_cast<uint32_t>(*segment);
    rest = rest.substr(0, dash);
  }
  const std::optional<uint64_t> number = ParseU64(rest);
  const bool canonical =
      rest.size() == kNumberDigits || (rest.size() > kNumberDigits && rest[0] != '0');
  if (!number || !canonical) return std::nullopt;
  log.number = *number;
  return log;
}

}  // namespace

Result<std::vector<LogFile>> ListLogs(const std::string& directory) {
  SNAPTREE_ASSIGN(const std::vector<std::string> names, ListNames(directory));
  std::vector<LogFile> logs;
  for (const std::string& name : names) {
    if (std::optional<LogFile> log = ParseLogName(name)) logs.push_back(*std::move(log));
  }
  std::sort(logs.begin(), logs.end(), [](const LogFile& a, const LogFile& b) {
    return std::tie(a.number, a.segment, a.name) < std::tie(b.number, b.segment, b.name);
  });
  return logs;
}

}  // namespace snaptree
