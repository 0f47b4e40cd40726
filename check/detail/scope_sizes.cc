#include "check/detail/scope_sizes.h"

#include "base/coding.h"

namespace snaptree {

Status ScopeSizes::Spill() {
  std::string payload;
  for (const auto& [scope, sums] : sums_) {
    payload.clear();
    AppendLe64(&payload, sums.records);
    AppendLe64(&payload, sums.bytes);
    SNAPTREE_TRY(spilled_.Add(scope, payload));
  }
  sums_.clear();
  return {};
}

Status ScopeSizes::Add(Slice scope, uint64_t records, uint64_t bytes) {
  auto at = sums_.find(scope);
  if (at == sums_.end()) {
    if (sums_.size() == kMostInMemory) SNAPTREE_TRY(Spill());
    at = sums_.emplace(std::string(scope), Sums()).first;
  }
  at->second.records += records;
  at->second.bytes += bytes;
  return {};
}

Status ScopeSizes::Finish(const Take& take) {
  if (spilled_.size() == 0) {
    for (const auto& [scope, sums] : sums_) take(scope, sums.records, sums.bytes);
    return {};
  }
  SNAPTREE_TRY(Spill());
  SNAPTREE_TRY(spilled_.Finish());
  std::string scope;
  Sums sums;
  for (bool first = true;; first = false) {
    Slice key;
    Slice payload;
    SNAPTREE_ASSIGN(const bool more, spilled_.Next(&key, &payload));
    if (!first && (!more || key != scope)) take(scope, sums.records, sums.bytes);
    if (!more) return {};
    if (first || key != scope) {
      scope.assign(key);
      sums = {};
    }
    sums.records += LoadLe64(payload.data());
    sums.bytes += LoadLe64(payload.data() + 8);
  }
}

}  // namespace snaptree
