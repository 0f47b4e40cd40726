// Thousands of random filesystems, decoded twice: by the product, and by the simple reading of spec
// 06 in tests/support.
#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/fs_store.h"
#include "tests/support/rounds.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kStores = Rounds(3000);

std::string Text(const Files& files, const std::set<std::string>& directories) {
  std::string text;
  for (const std::string& path : directories) text += path + "/\n";
  for (const auto& [path, content] : files) text += path + ": " + Printable(content, 3000) + "\n";
  return text;
}

// Of the filesystem; whether the patterns of a run matched is the run's business.
std::map<std::string, uint64_t> Counts(const DecodeReport& report) {
  std::map<std::string, uint64_t> counts;
  for (const auto& [code, finding] : report.findings.by_code()) {
    if (code.starts_with("fs_")) counts[code] = finding.count;
  }
  return counts;
}

std::string EntriesText(const FsStore& store) {
  std::string text;
  for (const auto& [place, entry] : store.entries) {
    text += "\n  " + std::to_string(place.first) + " " + place.second.substr(0, 9) + " -> " +
            std::to_string(entry.first) + " " + entry.second;
  }
  return text;
}

// Compares everything; gives what was expected.
ExpectedFs CheckStore(uint64_t seed, DecodeRowsOptions options = {}) {
  const FsStore store = RandomFsStore(seed);
  options.include_orphans = seed % 3 == 0;
  const AddressFilter filter(options.filter);
  const ExpectedFs expected = Expect(store, filter, options.include_orphans);
  const DecodedRows out = DecodeRows(ToSnapshot(store), options);
  INFO("seed " << seed << EntriesText(store));
  REQUIRE(Text(out.files, out.directories) == Text(expected.files, expected.directories));
  REQUIRE(Counts(out.report) == expected.findings);
  REQUIRE(out.report.rows.emitted == expected.emitted);
  REQUIRE(out.report.rows.excluded == expected.excluded);
  REQUIRE(out.report.rows.damaged == 0);
  return expected;
}

TEST_CASE("random filesystems mean the same to both readers") {
  std::map<std::string, uint64_t> stores;  // in which something occurs
  for (uint64_t seed = 0; seed < kStores; ++seed) {
    const ExpectedFs expected = CheckStore(seed);
    for (const auto& [code, count] : expected.findings) ++stores[code];
    for (const auto& [path, content] : expected.files) {
      if (path.starts_with("fs/tree/")) ++stores["files"];
    }
  }
  // The stores are worth the time.
  for (const char* what : {"files", "fs_tree_loop", "fs_extra_link", "fs_unreachable_inode",
                           "fs_unreachable_entry", "fs_dangling_entry", "fs_orphaned_inodes",
                           "fs_chunk_without_inode", "fs_entry_type_mismatch"}) {
    INFO(what);
    CHECK(stores[what] > kStores / 30);
  }
}

TEST_CASE("random filesystems with sorters that spill at every record") {
  for (uint64_t seed = kStores; seed < kStores + 60; ++seed) {
    DecodeRowsOptions options;
    options.sorter_bytes = 0;
    CheckStore(seed, options);
  }
}

TEST_CASE("parts of random filesystems") {
  const std::vector<std::string> choices[] = {{"fs/tree/a"},
                                              {"*a"},
                                              {"fs/tree/*/*"},
                                              {"fs/_orphans"},
                                              {"fs/tree", "fs/_orphans/extra_links.jsonl"},
                                              {"fs/inodes.jsonl"},
                                              {"fs/KEYMAP.jsonl"}};
  for (uint64_t seed = 0; seed < kStores / 2; ++seed) {
    DecodeRowsOptions options;
    options.filter.include = choices[seed % std::size(choices)];
    if (seed % 2 == 0) options.filter.exclude = {"fs/tree/b"};
    CheckStore(seed + 10 * kStores, options);
  }
}

}  // namespace
}  // namespace snaptree::test
