// What the rows of each kind of snapshot are. A kind adds ranges: all rows whose keys begin with
// one prefix. Sorted by prefix they give the whole file in raw key order, whatever kinds are mixed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/row_emitter.h"

namespace snaptree::bench {

struct Range {
  std::string prefix;
  std::function<void(RowEmitter&)> emit;
};
using Ranges = std::vector<Range>;

void AddStrings(const Workload& workload, Ranges* ranges);
void AddHashes(const Workload& workload, Ranges* ranges);
void AddBigHash(const Workload& workload, Ranges* ranges);
void AddSets(const Workload& workload, Ranges* ranges);
void AddZsets(const Workload& workload, Ranges* ranges);
void AddLists(const Workload& workload, Ranges* ranges);
void AddDynamoDb(const Workload& workload, Ranges* ranges);
void AddS3(const Workload& workload, Ranges* ranges);
void AddSqs(const Workload& workload, Ranges* ranges);

// The names that a workload's kind can have, for messages.
std::string KindNames();

// All ranges of the workload's kind in key order, the store's own rows included. Nothing when the
// kind is unknown.
Ranges PlanRanges(const Workload& workload);

}  // namespace snaptree::bench
