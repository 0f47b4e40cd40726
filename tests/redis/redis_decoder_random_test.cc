// Thousands of random stores, decoded twice: by the product, and by the simple reading of spec 02
// in tests/support.
#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/redis_store.h"
#include "tests/support/rounds.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kStores = Rounds(4000);
constexpr Slice kDamagedFolder = "unknown/damaged/";

// Count of a finding, 0 when there is none.
uint64_t CountOf(const DecodedRows& out, const std::string& code) {
  const auto found = out.report.findings.by_code().find(code);
  return found == out.report.findings.by_code().end() ? 0 : found->second.count;
}

// "" when both trees are the same, else the first file that differs.
std::string Difference(Files found, const Files& expected) {
  std::erase_if(found, [](const auto& file) { return file.first.starts_with(kDamagedFolder); });
  for (const auto& [path, text] : expected) {
    const auto at = found.find(path);
    if (at == found.end()) return "missing: " + path + "\n" + text;
    if (at->second != text)
      return path + "\nexpected: " + Printable(text, 2000) +
             "\nfound: " + Printable(at->second, 2000);
  }
  for (const auto& [path, text] : found) {
    if (expected.count(path) == 0) return "invented: " + path + "\n" + text;
  }
  return "";
}

std::string RowsText(const Store& store) {
  std::string text;
  for (const StoreRow& row : store) {
    text += "\n  " + Printable(row.key) + " @" + std::to_string(row.commit_ts) +
            (row.unreadable ? " unreadable"
             : row.deleted  ? " deleted"
                            : " = " + Printable(row.value)) +
            (row.expire_at != 0 ? " until " + std::to_string(row.expire_at) : "");
  }
  return text;
}

void CheckStore(uint64_t seed, const DecodeRowsOptions& options) {
  const Store store = RandomStore(seed);
  const ExpectedTree expected = Expect(store, options.bare_rows_as_redis, options.at);
  INFO("seed " << seed << ", memory " << options.sorter_bytes << ", at " << options.at.value_or(0)
               << RowsText(store));
  const DecodedRows out = DecodeRows(ToSnapshot(store), options);
  REQUIRE(Difference(out.files, expected.files) == "");
  REQUIRE(out.report.rows.emitted == expected.emitted);
  REQUIRE(out.report.rows.damaged == expected.damaged);
  REQUIRE(out.report.losses == expected.losses);
  REQUIRE(CountOf(out, "redis_orphan_ttl") == expected.orphan_ttls);
  REQUIRE(CountOf(out, "redis_ghost_collection") == expected.ghosts);
  REQUIRE(CountOf(out, "redis_list_items_outside_window") == expected.items_outside);
  REQUIRE(CountOf(out, "redis_stream_orphan_entries_without_meta") == expected.orphan_entries);
  REQUIRE((CountOf(out, "redis_type_conflict") > 0) == expected.conflict);
}

TEST_CASE("random stores mean the same to both readers") {
  uint64_t with_files = 0;
  uint64_t with_damage = 0;
  for (uint64_t seed = 0; seed < kStores; ++seed) {
    DecodeRowsOptions options;
    options.bare_rows_as_redis = seed % 5 == 4;
    CheckStore(seed, options);
    const ExpectedTree expected = Expect(RandomStore(seed), false);
    with_files += expected.files.empty() ? 0U : 1U;
    with_damage += expected.damaged > 0 ? 1U : 0U;
  }
  // The stores are worth the time.
  CHECK(with_files > kStores / 2);
  CHECK(with_damage > kStores / 10);
}

TEST_CASE("random stores at the time of one of their rows") {
  for (uint64_t seed = 20000; seed < 20000 + kStores / 4; ++seed) {
    const Store store = RandomStore(seed);
    if (store.empty()) continue;
    DecodeRowsOptions options;
    options.at = store[seed % store.size()].commit_ts;
    CheckStore(seed, options);
  }
}

TEST_CASE("random stores with sorters that spill at every record") {
  for (uint64_t seed = kStores; seed < kStores + 150; ++seed) {
    DecodeRowsOptions options;
    options.sorter_bytes = seed % 2 == 0 ? 0 : (1 << 20) + 1000;
    CheckStore(seed, options);
  }
}

TEST_CASE("salvage adds to a random store's tree and changes lists only") {
  for (uint64_t seed = 0; seed < 600; ++seed) {
    const Store store = RandomStore(seed);
    INFO("seed " << seed << RowsText(store));
    DecodeRowsOptions salvage;
    salvage.salvage = true;
    const DecodedRows all = DecodeRows(ToSnapshot(store), salvage);
    for (const auto& [path, text] : DecodeRows(ToSnapshot(store)).files) {
      if (path.starts_with(kDamagedFolder) || path.ends_with("_ttl.jsonl")) continue;
      REQUIRE(all.files.count(path) == 1);
      if (path.find("/lists/") == std::string::npos) REQUIRE(all.files.at(path) == text);
    }
  }
}

}  // namespace
}  // namespace snaptree::test
