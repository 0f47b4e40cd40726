#include "bench/snapshot_kinds.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace snaptree::bench {
namespace {

using AddKind = void (*)(const Workload&, Ranges*);

void AddRaw(const Workload& w, Ranges* ranges) {
  const size_t size = w.value_size.value_or(4096);
  const auto emit = [=, deletions = Deletions(w)](RowEmitter& out) {
    NumberedKey key("raw:");
    for (uint64_t i = 0; i < w.count; ++i) {
      out.Put(key(i), out.texts().Text(size), deletions.Hits(i));
    }
  };
  ranges->push_back({"raw:", emit});
}

// Some of everything. The count is that of the current strings, the other kinds follow from it.
void AddMixed(const Workload& w, Ranges* ranges) {
  const auto add = [&](AddKind kind, uint64_t divisor, bool legacy = false) {
    Workload part = w;
    part.count = std::max<uint64_t>(1, w.count / divisor);
    part.value_size.reset();
    part.legacy = legacy;
    kind(part, ranges);
  };
  add(AddStrings, 1);
  add(AddStrings, 4, /*legacy=*/true);
  add(AddHashes, 20);
  add(AddLists, 20);
  add(AddSets, 20);
  add(AddZsets, 20);
  add(AddDynamoDb, 2);
  add(AddS3, 5000);
  add(AddSqs, 4);
  add(AddRaw, 100);
}

constexpr std::pair<std::string_view, AddKind> kKinds[] = {
    {"strings", AddStrings}, {"hashes", AddHashes}, {"bighash", AddBigHash}, {"sets", AddSets},
    {"zsets", AddZsets},     {"lists", AddLists},   {"raw", AddRaw},         {"s3", AddS3},
    {"ddb", AddDynamoDb},    {"sqs", AddSqs},       {"mixed", AddMixed},
};

}  // namespace

std::string KindNames() {
  std::string names;
  for (const auto& [name, add] : kKinds) names.append(names.empty() ? "" : " ").append(name);
  return names;
}

Ranges PlanRanges(const Workload& workload) {
  Ranges ranges;
  for (const auto& [name, add] : kKinds) {
    if (name == workload.kind) add(workload, &ranges);
  }
  if (ranges.empty()) return ranges;
  ranges.push_back({"_meta_", [](RowEmitter& out) { out.writer().PutStoreMetadata(); }});
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.prefix < b.prefix; });
  return ranges;
}

}  // namespace snaptree::bench
