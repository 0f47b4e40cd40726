#include "check/verify/problem_details.h"

#include <memory>

#include "adapters/common/stored_json.h"
#include "base/text.h"
#include "base/time_text.h"

namespace snaptree {
namespace {

constexpr Slice kSidecarSuffix = ".elastickv-meta.json";
constexpr uint64_t kSecondMs = 1000;

// "3 h": of the largest unit only.
std::string Span(uint64_t ms) {
  const uint64_t seconds = ms / kSecondMs;
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return std::to_string(seconds / 60) + " min";
  if (seconds < uint64_t{48} * 3600) return std::to_string(seconds / 3600) + " h";
  return std::to_string(seconds / 86400) + " days";
}

std::string WhenChanged(uint64_t modified_ms, std::optional<uint64_t> dump_ms) {
  if (modified_ms < kSecondMs) return "";  // archives may have no times
  std::string text = "changed " + UtcText(modified_ms);
  if (!dump_ms) return text;
  if (modified_ms > *dump_ms + kSecondMs)
    return text + ", " + Span(modified_ms - *dump_ms) + " after the dump";
  return text + ", not after the dump";
}

std::string JsonVerdict(TreeContent& content) {
  if (content.size() > StoredJson::kMaxBytes) return "";
  std::string text(static_cast<size_t>(content.size()), '\0');
  const Result<size_t> read = content.ReadAt(0, text.data(), text.size());
  if (!read.ok() || *read != text.size()) return "";
  StoredJson json;
  return json.Parse(text, "ManifestInvalid").ok() ? "JSON is valid" : "JSON is NOT valid";
}

std::string OfMismatch(const std::string& path, const TreeSource& source,
                       std::optional<uint64_t> dump_ms) {
  const Result<std::unique_ptr<TreeContent>> content = source.Open(path);
  if (!content.ok()) return "";
  std::string text = WhenChanged((*content)->modified_ms(), dump_ms);
  if (!path.ends_with(".json")) return text;
  const std::string json = JsonVerdict(**content);
  if (!text.empty() && !json.empty()) text += "; ";
  return text + json;
}

}  // namespace

std::string DetailOf(const Status& problem, const TreeSource& source,
                     std::optional<uint64_t> dump_ms) {
  const std::string& path = problem.info().source;
  if (problem.code() == "ChecksumMismatch") return OfMismatch(path, source, dump_ms);
  if (problem.code() == "Missing") {
    const auto sidecar = source.Find(path + std::string(kSidecarSuffix));
    if (sidecar.ok() && *sidecar == EntryKind::kFile) return "its sidecar is still there";
  }
  return "";
}

}  // namespace snaptree
