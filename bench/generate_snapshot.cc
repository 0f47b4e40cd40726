// snaptree-bench-generate: writes a complete, valid `.fsm` of made-up data, streaming, in the order
// and with the rows that a live node would have.
#include <charconv>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "bench/snapshot_kinds.h"
#include "bench/snapshot_writer.h"

namespace snaptree::bench {
namespace {

constexpr char kUsage[] =
    R"(usage: snaptree-bench-generate --kind KIND --out FILE [options]

KIND is one of: %s

  --count N             records (default 100000); fields for bighash, objects for s3
  --tables N            for dynamodb: that the records are shared out among (default 1)
  --value-size BYTES    size of a value, body or note (default: by kind)
  --elements N          mean number of elements of a collection (default 55)
  --skew S              0 (default): equal sizes; towards 1: few huge, many small
  --versions N          older versions of each key (default 0)
  --tombstones PERCENT  keys whose newest version is a deletion
  --ttl PERCENT         Redis keys that expire
  --legacy              strings without envelope, metas without expiry: TTLs are in TTL rows only
  --ragged              hashes, bighash: field names that are prefixes of one another
  --seed N              another seed gives other data (default 1)

Prints one JSON object: kind, rows, bytes.
)";

template <class T>
bool ParseNumber(std::string_view text, T min, T max, T* out) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Written so that a number that is not one (NaN) is refused, too.
  if (error != std::errc() || end != text.data() + text.size() || !(value >= min && value <= max)) {
    return false;
  }
  *out = value;
  return true;
}

// The value of each `--name value` and `--switch`; false when an argument is neither.
bool SplitArguments(int argc, char** argv, std::map<std::string_view, std::string_view>* options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    std::string_view value = "on";
    if (name != "--legacy" && name != "--ragged") {
      if (!name.starts_with("--") || ++i == argc) return false;
      value = argv[i];
    }
    if (!options->emplace(name, value).second) return false;
  }
  return true;
}

bool ParseOption(std::string_view name, std::string_view value, Workload* w) {
  if (name == "--legacy") return w->legacy = true;
  if (name == "--ragged") return w->ragged = true;
  if (name == "--kind") return !(w->kind = value).empty();
  if (name == "--count") return ParseNumber<uint64_t>(value, 1, kMaxCount, &w->count);
  if (name == "--tables") return ParseNumber<uint64_t>(value, 1, 100'000, &w->tables);
  if (name == "--elements") return ParseNumber<uint64_t>(value, 1, kMaxCount, &w->elements);
  if (name == "--value-size") {
    return ParseNumber<uint64_t>(value, 0, kMaxValueSize, &w->value_size.emplace());
  }
  if (name == "--skew") return ParseNumber<double>(value, 0, 0.99, &w->skew);
  if (name == "--versions") return ParseNumber<unsigned>(value, 0, 100'000, &w->versions);
  if (name == "--tombstones") return ParseNumber<unsigned>(value, 0, 100, &w->tombstone_percent);
  if (name == "--ttl") return ParseNumber<unsigned>(value, 0, 100, &w->ttl_percent);
  if (name == "--seed") return ParseNumber<uint64_t>(value, 0, UINT64_MAX, &w->seed);
  return false;
}

int Main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::printf(kUsage, KindNames().c_str());
    return 0;
  }
  std::map<std::string_view, std::string_view> options;
  Workload workload;
  bool valid = SplitArguments(argc, argv, &options);
  const std::string out(valid ? options["--out"] : "");
  options.erase("--out");
  for (const auto& [name, value] : options) {
    if (!ParseOption(name, value, &workload)) {
      std::fprintf(stderr, "%.*s %.*s: not understood\n", static_cast<int>(name.size()),
                   name.data(), static_cast<int>(value.size()), value.data());
      valid = false;
    }
  }
  if (workload.kind == "bighash" && !options.contains("--count")) workload.count = 10'000'000;
  const std::vector<Range> ranges = PlanRanges(workload);
  if (!valid || out.empty() || ranges.empty()) {
    std::fprintf(stderr, kUsage, KindNames().c_str());
    return 1;
  }

  SnapshotWriter writer(out, kLastCommitTs);
  RowEmitter emitter(writer, workload);
  for (const Range& range : ranges) range.emit(emitter);
  if (const std::string error = writer.Finish(); !error.empty()) {
    std::fprintf(stderr, "snaptree-bench-generate: %s\n", error.c_str());
    return 4;
  }
  std::printf("{\"kind\":\"%s\",\"rows\":%llu,\"bytes\":%llu}\n", workload.kind.c_str(),
              static_cast<unsigned long long>(writer.rows()),
              static_cast<unsigned long long>(writer.bytes()));
  return 0;
}

}  // namespace
}  // namespace snaptree::bench

int main(int argc, char** argv) { return snaptree::bench::Main(argc, argv); }
