// Thousands of random stores, decoded twice: by the product, and by the simple reading of spec 05
// in tests/support.
#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/rounds.h"
#include "tests/support/sqs_store.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kStores = Rounds(3000);

std::string RowsText(const SqsStore& store) {
  std::string text;
  for (const SqsRow& row : store) {
    text += "\n  " + Printable(row.Key()) + " @" + std::to_string(row.commit_ts) +
            (row.deleted ? " deleted" : " = " + Printable(row.Value()));
  }
  return text;
}

// Rows of the families that are not booked.
uint64_t Tombstones(const SqsStore& store) {
  return static_cast<uint64_t>(std::count_if(store.begin(), store.end(), [](const SqsRow& row) {
    return row.kind == SqsRowKind::kTombstone;
  }));
}

ExpectedSqs CheckStore(uint64_t seed, size_t memory, bool at_one_of_its_rows) {
  const SqsStore store = RandomSqsStore(seed);
  DecodeRowsOptions options;
  options.sorter_bytes = memory;
  if (at_one_of_its_rows) options.at = store[seed % store.size()].commit_ts;
  ExpectedSqs expected = Expect(store, options.at);
  INFO("seed " << seed << ", memory " << memory << ", at " << options.at.value_or(0)
               << RowsText(store));
  DecodedRows out = DecodeRows(ToSnapshot(store), options);
  std::erase_if(out.files, [](const auto& file) { return file.first.starts_with("unknown/"); });
  CHECK(out.files == expected.files);
  const RowClasses& rows = out.report.rows;
  CHECK(rows.emitted == expected.emitted);
  CHECK(rows.operational == expected.operational + Tombstones(store));
  CHECK(rows.unknown == expected.unknown);
  CHECK(rows.damaged == expected.damaged);
  REQUIRE(out.report.records == expected.messages);
  return expected;
}

TEST_CASE("random SQS stores mean the same to both readers") {
  uint64_t with_messages = 0;
  uint64_t with_unknown = 0;
  uint64_t with_orphans = 0;
  for (uint64_t seed = 0; seed < kStores; ++seed) {
    const ExpectedSqs expected = CheckStore(seed, size_t{64} << 20, false);
    with_messages += expected.messages > 3 ? 1U : 0U;
    with_unknown += expected.unknown > 0 ? 1U : 0U;
    for (const auto& [path, text] : expected.files) {
      if (path.find(".orphan/") != std::string::npos) ++with_orphans;
    }
  }
  // The stores are worth the time.
  CHECK(with_messages > kStores / 2);
  CHECK(with_unknown > kStores / 10);
  CHECK(with_orphans > kStores / 10);
}

TEST_CASE("random SQS stores at the time of one of their rows") {
  for (uint64_t seed = 20000; seed < 20000 + kStores / 3; ++seed) {
    CheckStore(seed, size_t{64} << 20, true);
  }
}

TEST_CASE("random SQS stores with sorters that spill at every record") {
  for (uint64_t seed = 40000; seed < 40060; ++seed) {
    CheckStore(seed, seed % 2 == 0 ? 0 : (1 << 20) + 1000, false);
  }
}

}  // namespace
}  // namespace snaptree::test
