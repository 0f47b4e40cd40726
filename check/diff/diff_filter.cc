#include "check/diff/diff_filter.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "check/record_facts.h"
#include "check/scope_filter.h"

#include "tree/run_files.h"

namespace snaptree {
namespace {

constexpr size_t kNearest = 3;

}  // namespace

DiffFilter::DiffFilter(const AddressFilterOptions& options)
    : filter_(options), scopes_(ScopesOf(options)) {
  filter_.MarkMet(kChecksumsFileName);  // no side shows it
}

bool DiffFilter::Wants(Slice path) const {
  if (IsAboutTheRun(path)) {
    filter_.MarkMet(path);
    filter_.Excludes(path);
    return false;
  }
  if (filter_.everything()) return true;
  if (FactSourceOf(path) != FactSource::kSidecar) return filter_.Selects(path);
  // An object and its sidecar are one record, as for decode: without the one there is no other.
  const Slice body = BodyOfSidecar(path);
  return filter_.Selects(path, body) && !filter_.Excludes(body);
}

DiffFilter::UnmatchedPatterns DiffFilter::Unmatched(const UnmatchedPatterns& in_a,
                                                    const UnmatchedPatterns& in_b) const {
  UnmatchedPatterns all;
  for (AddressFilter::Unmatched& unmatched : filter_.unmatched()) {
    const std::string scope = ScopeOf(unmatched.pattern, true).value_or("");
    const AddressFilter::Unmatched* const of_a = FindUnmatched(in_a, scope);
    const AddressFilter::Unmatched* const of_b = FindUnmatched(in_b, scope);
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
