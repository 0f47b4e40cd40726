// The same bytes whatever the number of threads, the memory and the sink.
#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/decode_run.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_store.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kLeastMemory = uint64_t{16} << 20;

TEST_CASE("random stores: one tree for all threads and memory sizes, and the one expected") {
  for (uint64_t seed = 9000; seed < 9030; ++seed) {
    const Store store = RandomStore(seed);
    INFO("seed " << seed);
    const SnapshotBuilder rows = ToSnapshot(store);
    const Files in_memory = DecodeRows(rows).files;
    std::string checksums;
    for (const unsigned threads : {1U, 2U}) {
      DecodeRun run(rows);
      run.options.threads = threads;
      run.options.memory_bytes = threads == 1 ? uint64_t{512} << 20 : kLeastMemory;
      run.Run();
      CHECK(run.Data() == in_memory);
      if (checksums.empty()) checksums = run.Checksums();
      CHECK(run.Checksums() == checksums);
    }
    for (const auto& [path, text] : Expect(store, false).files) CHECK(in_memory.at(path) == text);
  }
}

// More keys, fields and raw rows than the least memory holds: every sorter writes runs.
TEST_CASE("a store that does not fit into the least memory") {
  constexpr int kKeys = 60000;
  SnapshotBuilder rows;
  Pairs fields;
  std::string raw;
  for (int i = 0; i < kKeys; ++i) {
    // Numbers in an order that is not the order of the keys' families.
    const std::string n = std::to_string(100000 + i) + std::string(60, 'k');
    rows.Put(SetMemberKey(n, "m"), kT0, "");
    rows.Put(FieldKey("h", n), kT0, "v" + n);
    rows.Put(n, kT0, n);
    fields.emplace_back(n, "v" + n);
    raw += "{\"key\":\"" + n + "\",\"value\":\"" + n + "\"}\n";
  }
  const std::string bytes = rows.Bytes();
  std::string checksums;
  for (const unsigned threads : {1U, 2U}) {
    DecodeRun run(bytes);
    run.options.threads = threads;
    run.options.memory_bytes = threads == 1 ? uint64_t{512} << 20 : kLeastMemory;
    const DecodeReport report = run.Run();
    CHECK(report.records == 2 * kKeys + 1);
    CHECK(report.complete());
    if (checksums.empty()) {
      checksums = run.Checksums();
      CHECK((ReadWholeFile(run.options.output + "/" + HashPath("h")) == HashText(fields)));
      CHECK((ReadWholeFile(run.options.output + "/rawkv/data.jsonl") == raw));
    }
    CHECK((run.Checksums() == checksums));
    // Neither the staged folder nor scratch is left.
    size_t entries = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(run.folder()))
      ++entries;
    CHECK(entries == 2);
  }
}

TEST_CASE("a scratch folder that is named is used, and left as it was") {
  SnapshotBuilder rows;
  rows.Put(FieldKey("h", "1"), kT0, "");  // stands behind those that begin with it: a sort is due
  for (int i = 0; i < 40000; ++i) {
    rows.Put(FieldKey("h", std::to_string(i) + std::string(100, 'f')), kT0, std::string(20, 'v'));
  }
  const TempFolder scratch;
  DecodeRun run(rows);
  run.options.memory_bytes = kLeastMemory;
  run.options.scratch_folder = scratch.path();
  run.Run();
  CHECK(ReadTree(scratch.path()).empty());
  DecodeRun missing(rows);
  missing.options.memory_bytes = kLeastMemory;
  missing.options.scratch_folder = scratch / "missing";
  CHECK_FALSE(missing.Fail().ok());
}

}  // namespace
}  // namespace snaptree::test
