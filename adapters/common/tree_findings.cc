#include "adapters/common/tree_findings.h"

#include <algorithm>
#include <iterator>

namespace snaptree {
namespace {

// Orders errors of one file by their lines as numbers do: "line 10" behind "line 9".
std::string PlaceOf(const ErrorInfo& info) {
  std::string place = info.source;
  place += '\0';
  place += info.code;
  place += '\0';
  place += std::string(info.address.size() < 20 ? 20 - info.address.size() : 0, ' ');
  place += info.address;
  // One place may be wrong in two ways, which two threads find.
  for (const std::string* more : {&info.expected, &info.found}) place.append(1, '\0').append(*more);
  return place;
}

}  // namespace

Status TreeFindings::TakeError(Status error) {
  if (error.ok() || error.kind() != ErrorKind::kData) return error;
  const std::lock_guard lock(mutex_);
  ++error_count_;
  KeptErrors& kept = errors_[error.code()];
  ++kept.count;
  std::string place = PlaceOf(error.info());
  if (kept.by_place.size() >= kMaxErrors) {
    const auto last = std::prev(kept.by_place.end());
    if (last->first <= place) return {};
    kept.by_place.erase(last);
  }
  kept.by_place.emplace(std::move(place), std::move(error));
  return {};
}

void TreeFindings::Add(Severity severity, std::string_view code, std::string_view text,
                       std::string_view example, uint64_t count) {
  const std::lock_guard lock(mutex_);
  auto at = by_code_.find(code);
  if (at == by_code_.end()) at = by_code_.emplace(std::string(code), Kept()).first;
  Kept& kept = at->second;
  if (kept.count == 0) kept.text = text;
  kept.severity = std::max(kept.severity, severity);
  kept.count += count;
  if (example.empty()) return;
  const auto known = kept.examples.find(std::string(example));
  if (known != kept.examples.end()) {
    known->second += count;
    return;
  }
  if (kept.examples.size() >= Finding::kMaxExamples) {
    const auto last = std::prev(kept.examples.end());
    if (last->first <= example) return;
    kept.examples.erase(last);
  }
  kept.examples.emplace(example, count);
}

bool TreeFindings::HasErrors() const { return errors() > 0; }

uint64_t TreeFindings::errors() const {
  const std::lock_guard lock(mutex_);
  return error_count_;
}

std::map<std::string, uint64_t> TreeFindings::ErrorCounts() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, uint64_t> counts;
  for (const auto& [code, kept] : errors_) counts.emplace(code, kept.count);
  return counts;
}

std::vector<Status> TreeFindings::Errors() const {
  const std::lock_guard lock(mutex_);
  std::multimap<std::string, const Status*> ordered;
  for (const auto& [code, kept] : errors_) {
    for (const auto& [place, error] : kept.by_place) ordered.emplace(place, &error);
  }
  std::vector<Status> out;
  out.reserve(ordered.size());
  for (const auto& [place, error] : ordered) out.push_back(*error);
  return out;
}

Findings TreeFindings::TakeFindings() const {
  const std::lock_guard lock(mutex_);
  Findings out;
  for (const auto& [code, kept] : by_code_) {
    uint64_t rest = kept.count;
    for (const auto& [example, count] : kept.examples) {
      out.Add(kept.severity, code, kept.text, example, count);
      rest -= count;
    }
    if (rest > 0) out.Add(kept.severity, code, kept.text, {}, rest);
  }
  return out;
}

}  // namespace snaptree
