#include "check/diff/diff_filter.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "check/record_facts.h"
#include "check/scope_filter.h"

#include "manifest/checksums.h"
#include "manifest/manifest.h"

namespace snaptree {
namespace {

constexpr size_t kNearest = 3;

bool IsAboutTheRun(Slice path) {
  return path == kManifestFileName || path == kChecksumsFileName || path == "SALVAGE.json";
}

AddressFilterOptions ExcludesOf(const AddressFilterOptions& options) {
  AddressFilterOptions excludes;
  excludes.exclude = options.exclude;
  return excludes;
}

const AddressFilter::Unmatched* FindPattern(const DiffFilter::UnmatchedPatterns& list,
                                            const std::string& pattern) {
  const auto at = std::find_if(list.begin(), list.end(),
                               [&](const auto& entry) { return entry.pattern == pattern; });
  return at != list.end() ? &*at : nullptr;
}

}  // namespace

DiffFilter::DiffFilter(const AddressFilterOptions& options)
    : filter_(options),
      excludes_(ExcludesOf(options)),
      chooses_(!options.include.empty() || options.from_files),
      scopes_(ScopesOf(options)) {}

bool DiffFilter::Wants(Slice path) const {
  if (IsAboutTheRun(path)) return false;
  if (filter_.everything()) return true;
  if (FactSourceOf(path) != FactSource::kSidecar) return filter_.Selects(path);
  // An object and its sidecar are one record, as for decode.
  const Slice body = BodyOfSidecar(path);
  return filter_.Selects(body) || (chooses_ && excludes_.Selects(body) && filter_.Selects(path));
}

DiffFilter::UnmatchedPatterns DiffFilter::Unmatched(const UnmatchedPatterns& in_a,
                                                    const UnmatchedPatterns& in_b) const {
  UnmatchedPatterns all;
  for (AddressFilter::Unmatched& unmatched : filter_.unmatched()) {
    const std::string scope = ScopeOf(unmatched.pattern, true).value_or("");
    const AddressFilter::Unmatched* const of_a = FindPattern(in_a, scope);
    const AddressFilter::Unmatched* const of_b = FindPattern(in_b, scope);
    const std::vector<std::string>& left_out = scopes_.exclude;
    const bool is_left_out = std::find(left_out.begin(), left_out.end(), scope) != left_out.end();
    if (is_left_out && (of_a == nullptr || of_b == nullptr)) continue;
    std::vector<std::string> nearest;
    const auto add = [&nearest](const std::vector<std::string>& addresses) {
      for (const std::string& address : addresses) {
        const bool is_new = std::find(nearest.begin(), nearest.end(), address) == nearest.end();
        if (is_new && nearest.size() < kNearest) nearest.push_back(address);
      }
    };
    add(unmatched.nearest);
    if (of_a != nullptr) add(of_a->nearest);
    if (of_b != nullptr) add(of_b->nearest);
    all.push_back({std::move(unmatched.pattern), std::move(nearest)});
  }
  return all;
}

}  // namespace snaptree
