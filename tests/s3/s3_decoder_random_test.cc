// Thousands of random stores, decoded twice: by the product, and by the simple reading of spec 04
// in tests/support.
#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/rounds.h"
#include "tests/support/s3_store.h"

namespace snaptree::test {
namespace {

std::string RowsText(const S3Store& store) {
  std::string text;
  for (const S3StoreRow& row : store) {
    text += "\n  " + Printable(row.key) + " @" + std::to_string(row.commit_ts) +
            (row.deleted ? " deleted" : " = " + Printable(row.value, 600));
  }
  return text;
}

// "" when both trees are the same.
std::string Difference(const Files& found, const Files& expected) {
  for (const auto& [path, text] : expected) {
    const auto at = found.find(path);
    if (at == found.end()) return "missing: " + path;
    if (path.ends_with("/_bucket.json")) continue;
    if (at->second != text) return path + "\nexpected: " + text + "\nfound: " + at->second;
  }
  for (const auto& [path, text] : found) {
    if (path.starts_with("s3/") && expected.count(path) == 0) return "invented: " + path;
  }
  return "";
}

uint64_t CountOf(const DecodedRows& out, const std::string& code) {
  const auto found = out.report.findings.by_code().find(code);
  return found == out.report.findings.by_code().end() ? 0 : found->second.count;
}

// DecodeRows() itself demands that every row is booked once.
DecodedRows CheckStore(uint64_t seed, DecodeRowsOptions options) {
  const S3Store store = RandomS3Store(seed);
  options.rename_s3_collisions = seed % 2 == 0;
  const ExpectedS3Tree expected =
      ExpectS3(store, options.at.value_or(UINT64_MAX), options.rename_s3_collisions);
  INFO("seed " << seed << RowsText(store));
  DecodedRows out = DecodeRows(S3StoreSnapshot(store), options);
  REQUIRE(Difference(out.files, expected.files) == "");
  REQUIRE(CountOf(out, "s3_object_incomplete") == expected.incomplete);
  REQUIRE(CountOf(out, "s3_etag_mismatch") == expected.wrong_etags);
  REQUIRE(CountOf(out, "s3_object_size_mismatch") == 0);
  return out;
}

TEST_CASE("random stores mean the same to both readers") {
  uint64_t bodies = 0;
  uint64_t incomplete = 0;
  uint64_t moved = 0;
  for (uint64_t seed = 0; seed < Rounds(6000); ++seed) {
    DecodeRowsOptions options;
    options.sorter_bytes = seed % 40 == 0 ? 0 : size_t{64} << 20;
    const DecodedRows out = CheckStore(seed, options);
    bodies += out.report.records;
    incomplete += CountOf(out, "s3_object_incomplete");
    for (const auto& [path, text] : out.files) moved += path.ends_with("KEYMAP.jsonl") ? 1U : 0U;
  }
  // The stores are worth the time.
  CHECK(bodies > Rounds(6000));
  CHECK(incomplete > Rounds(500));
  CHECK(moved > Rounds(500));
}

TEST_CASE("random stores at the time of one of their rows") {
  for (uint64_t seed = 10000; seed < 10000 + Rounds(2000); ++seed) {
    const S3Store store = RandomS3Store(seed);
    DecodeRowsOptions options;
    options.at = store[seed % store.size()].commit_ts;
    CheckStore(seed, options);
  }
}

TEST_CASE("orphans, uploads and salvage only add files to a random store's tree") {
  for (uint64_t seed = 20000; seed < 20000 + Rounds(1500); ++seed) {
    const SnapshotBuilder rows = S3StoreSnapshot(RandomS3Store(seed));
    const DecodedRows plain = DecodeRows(rows);
    DecodeRowsOptions more;
    more.include_orphans = seed % 2 == 0;
    more.salvage = seed % 2 != 0;
    more.include_incomplete_uploads = true;
    const DecodedRows all = DecodeRows(rows, more);
    INFO("seed " << seed << RowsText(RandomS3Store(seed)));
    for (const auto& [path, text] : plain.files) {
      if (path.starts_with("unknown/damaged/")) continue;
      REQUIRE(all.files.count(path) == 1);
      REQUIRE(all.files.at(path) == text);
    }
    // With orphans written, what is left of operational rows are generation counters, records of
    // no bucket, and references to chunks that are not there.
    REQUIRE(all.report.rows.emitted >= plain.report.rows.emitted);
  }
}

}  // namespace
}  // namespace snaptree::test
