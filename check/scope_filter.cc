#include "check/scope_filter.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/slice.h"

namespace snaptree {
namespace {

// More scopes cost more to look up than they save.
constexpr size_t kMostScopes = 64;

// The folders of adapters, and whether folders in them hold all that belongs together.
struct AdapterFolder {
  Slice name;
  bool has_scopes;
};
constexpr AdapterFolder kAdapterFolders[] = {
    {"dynamodb", true}, {"fs", false}, {"redis", true}, {"s3", true}, {"sqs", true}};

}  // namespace

std::optional<std::string> ScopeOf(const std::string& text, bool is_glob) {
  Slice path = text;
  if (is_glob && path.starts_with("./")) path.remove_prefix(2);
  const size_t wild = is_glob ? path.find_first_of("*?[\\") : Slice::npos;
  // Of a name with something wild in it nothing is sure.
  if (wild != Slice::npos) path = path.substr(0, path.rfind('/', wild) + 1);
  const size_t slash = path.find('/');
  const Slice adapter = path.substr(0, slash);
  const auto folder = std::find_if(std::begin(kAdapterFolders), std::end(kAdapterFolders),
                                   [&](const AdapterFolder& f) { return f.name == adapter; });
  if (folder == std::end(kAdapterFolders)) return std::nullopt;
  const Slice rest = slash == Slice::npos ? Slice() : path.substr(slash + 1);
  const Slice scope = rest.substr(0, rest.find('/'));
  if (!folder->has_scopes || scope.empty()) return std::string(adapter);
  return std::string(adapter) + "/" + std::string(scope);
}

const AddressFilter::Unmatched* FindUnmatched(
    const std::vector<AddressFilter::Unmatched>& unmatched, const std::string& pattern) {
  const auto at = std::find_if(unmatched.begin(), unmatched.end(),
                               [&](const auto& one) { return one.pattern == pattern; });
  return at != unmatched.end() ? &*at : nullptr;
}

AddressFilterOptions ScopesOf(const AddressFilterOptions& filter) {
  std::set<std::string> scopes;
  for (const auto& [texts, is_glob] : {std::pair(&filter.include, true), {&filter.files, false}}) {
    for (const std::string& text : *texts) {
      std::optional<std::string> scope = ScopeOf(text, is_glob);
      if (!scope) return {};
      scopes.insert(*std::move(scope));
      if (scopes.size() > kMostScopes) return {};
    }
  }
  AddressFilterOptions out;
  out.include.assign(scopes.begin(), scopes.end());
  // A folder that is left out is left out with all that is in it; anything finer is for the caller.
  for (const std::string& text : filter.exclude) {
    const std::optional<std::string> scope = ScopeOf(text, true);
    if (scope == text) out.exclude.push_back(text);
  }
  return out;
}

bool IsOfAdapters(Slice path, const std::vector<std::string>& adapters) {
  const size_t slash = path.find('/');
  return adapters.empty() || slash == Slice::npos ||
         std::find(adapters.begin(), adapters.end(), path.substr(0, slash)) != adapters.end();
}

}  // namespace snaptree
