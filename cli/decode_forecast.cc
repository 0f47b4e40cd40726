#include "cli/decode_forecast.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "base/output_target.h"
#include "base/text.h"
#include "cli/count_text.h"
#include "cli/terminal.h"

namespace snaptree::cli {
namespace {

constexpr uint64_t kManyRecords = 300'000;
// Kernel time of making a file, whatever the program does; of writing a line.
constexpr uint64_t kFileMicroseconds = 28;
constexpr uint64_t kLineMicroseconds = 2;

constexpr uint64_t kMillion = 1'000'000;

uint64_t Rounded(uint64_t n, uint64_t unit) { return (n + unit / 2) / unit * unit; }

// Nobody can say more than two or three digits beforehand.
std::string AboutFiles(uint64_t files) {
  uint64_t unit = 1;
  while (files / unit >= (files < kMillion ? 100 : 1000)) unit *= 10;
  return Counted(Rounded(files, unit), "file");
}

std::string AboutSeconds(uint64_t files, uint64_t lines) {
  constexpr uint64_t kPerMinute = 60;
  constexpr uint64_t kSomeSeconds = 10;
  constexpr uint64_t kFewMinutes = 3;
  const uint64_t us = files * kFileMicroseconds + lines * kLineMicroseconds;
  const uint64_t seconds = (us + kMillion - 1) / kMillion;
  if (seconds < kSomeSeconds) return std::to_string(seconds) + " s";
  if (seconds < kFewMinutes * kPerMinute) return std::to_string(Rounded(seconds, 5)) + " s";
  return std::to_string(Rounded(seconds, kPerMinute) / kPerMinute) + " min";
}

std::string Short(uint64_t n) {
  constexpr uint64_t kLong = 10 * kMillion;
  return n < kLong ? Thousands(n) : Thousands(n / kMillion) + " M";
}

// nullopt: the file system makes as many as are needed.
std::optional<uint64_t> FreeInodes(const std::string& folder) {
  struct statvfs fs {};
  if (::statvfs(folder.c_str(), &fs) != 0 || fs.f_files == 0) return std::nullopt;
  return fs.f_favail;
}

bool MakesFiles(const DecodeOptions& options) {
  const AddressFilterOptions& filter = options.filter;
  const bool some = !filter.include.empty() || !filter.exclude.empty() || filter.from_files;
  return !options.jsonl && !options.archive && !options.dry_run && !some;
}

}  // namespace

std::string ForecastText(const TreeEstimate& estimate, std::optional<uint64_t> free_inodes,
                         bool offer_lines) {
  if (estimate.records <= kManyRecords) return {};
  const std::string files = AboutFiles(estimate.files);
  std::string text =
      fmt::format("{} become about {}: about {} and {} inodes", Counted(estimate.records, "record"),
                  files, AboutSeconds(estimate.files, 0), files.substr(0, files.find(' ')));
  if (free_inodes) text += fmt::format(" (free: {})", Short(*free_inodes));
  if (!offer_lines || estimate.lines == 0) return text;
  return text + fmt::format("; --layout jsonl: about {} and {}",
                            AboutSeconds(estimate.files_with_lines, estimate.lines),
                            AboutFiles(estimate.files_with_lines));
}

std::function<void(const ScanResult&)> ForecastOf(const DecodeOptions& options,
                                                  Reporter& reporter) {
  if (!MakesFiles(options)) return {};
  const EstimateOptions wanted{options.adapters, options.bare_rows_as_redis, options.bundle_bytes};
  const bool offer_lines = options.extensions;
  return [wanted, offer_lines, folder = ParentFolder(options.output),
          &reporter](const ScanResult& scan) {
    const std::string text =
        ForecastText(EstimateTree(scan, wanted), FreeInodes(folder), offer_lines);
    if (text.empty()) return;
    reporter.Say(IsTerminal(STDERR_FILENO) ? Level::kNotice : Level::kDetail, text);
  };
}

}  // namespace snaptree::cli
