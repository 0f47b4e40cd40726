// Adds up records and bytes by scope, however many scopes there are.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/external_sorter.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

class ScopeSizes {
 public:
  explicit ScopeSizes(SorterOptions options) : spilled_(std::move(options)) {}

  Status Add(Slice scope, uint64_t records, uint64_t bytes);
  // Gives each scope once; last call.
  using Take = std::function<void(Slice scope, uint64_t records, uint64_t bytes)>;
  Status Finish(const Take& take);

 private:
  // More wait in the sorter for the end.
  static constexpr size_t kMostInMemory = 4096;

  struct Sums {
    uint64_t records = 0;
    uint64_t bytes = 0;
  };

  Status Spill();

  std::map<std::string, Sums, std::less<>> sums_;
  ExternalSorter spilled_;
};

}  // namespace snaptree
