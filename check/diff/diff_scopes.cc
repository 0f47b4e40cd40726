#include "check/diff/diff_scopes.h"

#include <string>
#include <utility>

#include "check/record_facts.h"
#include "check/scope_filter.h"

namespace snaptree {
namespace {

// Redis' two files of expiry times stand beside the folders that they are about; of other adapters
// without scopes all is one.
std::string ScopeNameOf(const std::string& path) {
  switch (FactSourceOf(path)) {
    case FactSource::kStringTtls:
      return path.substr(0, path.rfind('/')) + "/strings";
    case FactSource::kHllTtls:
      return path.substr(0, path.rfind('/')) + "/hll";
    default:
      break;
  }
  std::string scope = ScopeOf(path, false).value_or(path.substr(0, path.find('/')));
  if (!path.starts_with("redis/") || scope.size() == path.size()) return scope;
  return path.substr(0, path.find('/', scope.size() + 1));
}

void Count(const MergedRecord& record, DiffCounts* counts) {
  if (record.same()) {
    ++counts->same;
  } else if (record.a == nullptr) {
    ++counts->added;
  } else if (record.b == nullptr) {
    ++counts->removed;
  } else {
    ++counts->changed;
  }
}

}  // namespace

Status ScopeCounter::Add(const MergedRecord& record) {
  Count(record, &all_);
  if (!take_) return {};
  const std::string& path = record.path();
  std::string scope = ScopeNameOf(path);
  if (scope != scope_.name) {
    SNAPTREE_TRY(Finish());
    scope_ = {path.substr(0, path.find('/')), std::move(scope), {}};
  }
  Count(record, &scope_.counts);
  return {};
}

Status ScopeCounter::Finish() {
  return take_ && !scope_.name.empty() ? take_(scope_) : Status::Ok();
}

}  // namespace snaptree
