// Random stores as lines: they are the rows of the tree with a file for each key, and come out of
// them again byte for byte (spec 08).
#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/encoded_snapshot.h"
#include "tests/support/redis_store.h"
#include "tests/support/rounds.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kStores = Rounds(1500);

void Forget(Files* files, const std::string& prefix) {
  std::erase_if(*files, [&](const auto& file) { return file.first.starts_with(prefix); });
}

// Leaves out lines that no live node can read; how many there were.
size_t LeaveOutRefused(Files* files) {
  size_t refused = 0;
  for (const Status& error : EncodeLines(*files).statuses) {
    if (error.code() != "RedisEncodeInvalidHLL" && error.code() != "RedisStreamFieldNotUTF8")
      continue;
    std::string& text = files->at(error.info().source);
    size_t at = 0;
    for (size_t line = std::stoul(error.info().address.substr(5)); line > 1; --line)
      at = text.find('\n', at) + 1;
    // The other lines keep their numbers.
    text.replace(at, text.find('\n', at) - at, " ");
    ++refused;
  }
  // No file of lines without any.
  std::erase_if(*files, [](const auto& file) {
    return file.second.find_first_not_of(" \n") == std::string::npos;
  });
  return refused;
}

TEST_CASE("random stores as lines: encode and decode again") {
  size_t refused = 0;
  size_t several_files = 0;
  for (uint64_t seed = 0; seed < kStores; ++seed) {
    INFO("seed " << seed);
    DecodeRowsOptions options;
    options.bare_rows_as_redis = seed % 5 == 4;
    options.jsonl = true;
    options.bundle_bytes = seed % 3 == 0 ? 100 : 1 << 20;
    const SnapshotBuilder snapshot = ToSnapshot(RandomStore(seed));
    const DecodedRows first = DecodeRows(snapshot, options);
    Files lines = first.files;
    Forget(&lines, "unknown/");
    Forget(&lines, "rawkv/");
    for (const auto& [path, text] : lines)
      several_files += path.ends_with("-00001.jsonl") ? 1U : 0U;
    const size_t left_out = LeaveOutRefused(&lines);
    refused += left_out;
    const EncodedRows encoded = EncodeLines(lines);
    INFO((encoded.statuses.empty() ? "" : encoded.statuses.front().Message()));
    // A file of lines may be missing now.
    if (left_out == 0) REQUIRE(encoded.errors.empty());
    if (!encoded.errors.empty()) continue;
    REQUIRE(encoded.differences.empty());
    REQUIRE(encoded.finding("redis_lines_out_of_order") == "");

    // The same lines.
    DecodeRowsOptions again = options;
    again.bare_rows_as_redis = false;
    Files found = DecodeRows(SnapshotOf(encoded), again).files;
    if (left_out == 0) REQUIRE(found == lines);

    // And the files that the first snapshot has with one for each key.
    options.jsonl = false;
    DecodedRows files = DecodeRows(snapshot, options);
    REQUIRE(files.findings() == first.findings());
    REQUIRE(files.report.rows.emitted == first.report.rows.emitted);
    REQUIRE(files.report.rows.damaged == first.report.rows.damaged);
    REQUIRE(files.report.losses == first.report.losses);
    Forget(&files.files, "unknown/");
    Forget(&files.files, "rawkv/");
    again.jsonl = false;
    found = DecodeRows(SnapshotOf(encoded), again).files;
    if (left_out == 0) {
      REQUIRE(found == files.files);
      // Rows for rows.
      REQUIRE((EncodeFiles(files.files).snapshot == encoded.snapshot));
    }
  }
  // The stores are worth the time.
  CHECK(refused > Rounds(20));
  CHECK(several_files > Rounds(100));
}

}  // namespace
}  // namespace snaptree::test
