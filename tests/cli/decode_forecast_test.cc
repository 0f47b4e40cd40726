// What decode says before it writes very many files.
#include "cli/decode_forecast.h"

#include <catch2/catch.hpp>

#include "formats/family_table.h"

namespace snaptree::cli {
namespace {

ScanResult Scanned(Slice prefix, uint64_t live, uint64_t live_bytes = 0) {
  ScanResult scan;
  scan.families.resize(Families().size());
  scan.families[FamilyOf(prefix)].live = live;
  scan.families[FamilyOf(prefix)].live_bytes = live_bytes;
  return scan;
}

TEST_CASE("few records are no matter") {
  CHECK(ForecastText(EstimateTree(Scanned("!redis|str|", 300'000)), 1, true).empty());
  CHECK_FALSE(ForecastText(EstimateTree(Scanned("!redis|str|", 300'001)), 1, true).empty());
  CHECK(ForecastText(EstimateTree(Scanned("!hs|fld|", 9'000'000)), 1, true).empty());
  CHECK(ForecastText(EstimateTree(Scanned("!sqs|queue|meta|", 400'000)), 1, true).empty());
}

TEST_CASE("records that are files and would be lines") {
  const ScanResult items = Scanned("!ddb|item|", 1'204'331, uint64_t{2} << 30);
  CHECK(ForecastText(EstimateTree(items), 19'234'567, true) ==
        "1,204,331 records become about 1,200,000 files: about 35 s and 1,200,000 inodes (free: 19 "
        "M); --layout jsonl: about 3 s and 34 files");
  CHECK(ForecastText(EstimateTree(items), 1'234'567, false) ==
        "1,204,331 records become about 1,200,000 files: about 35 s and 1,200,000 inodes (free: "
        "1,234,567)");
  CHECK(ForecastText(EstimateTree(Scanned("!redis|str|", 20'000'000)), std::nullopt, true) ==
        "20,000,000 records become about 20,000,000 files: about 9 min and 20,000,000 inodes; "
        "--layout jsonl: about 40 s and 3 files");
}

TEST_CASE("bodies of objects stay files") {
  const TreeEstimate estimate = EstimateTree(Scanned("!s3|obj|head|", 500'000));
  CHECK(estimate.records == 500'000);
  CHECK(estimate.files == 1'000'002);
  CHECK(estimate.files_with_lines == 500'002);
  CHECK(estimate.lines == 500'000);
}

TEST_CASE("files of the file system have no other layout") {
  CHECK(ForecastText(EstimateTree(Scanned("!fs|ino|", 500'000)), std::nullopt, true) ==
        "500,000 records become about 500,000 files: about 15 s and 500,000 inodes");
}

TEST_CASE("only what is wanted counts") {
  ScanResult scan = Scanned("!redis|str|", 400'000);
  scan.families[FamilyOf("!ddb|item|")].live = 500'000;
  scan.families[BareFamily()].live = 600'000;
  CHECK(EstimateTree(scan).records == 900'000);
  EstimateOptions options;
  options.adapters = {"dynamodb"};
  CHECK(EstimateTree(scan, options).records == 500'000);
  options.bare_rows_as_redis = true;
  CHECK(EstimateTree(scan, options).records == 500'000);
  options.adapters = {"redis", "rawkv"};
  CHECK(EstimateTree(scan, options).records == 1'000'000);
}

}  // namespace
}  // namespace snaptree::cli
