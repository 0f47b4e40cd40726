// Several inputs as one stream of rows: order, positions, values, and keys that overlap.
#include "formats/merged_rows.h"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

#include "tests/support/opened_snapshot.h"

namespace snaptree::test {
namespace {

// Inputs that live as long as what is merged from them.
struct Merged {
  std::vector<OpenedSnapshot> opened;
  std::unique_ptr<Container> container;
  ScanResult scan;
  Status status;

  const RowSource& rows() const { return container->rows(); }
};

Merged Merge(const std::vector<SnapshotBuilder>& inputs, const SnapshotBuilder* added = nullptr) {
  Merged out;
  uint64_t read_ts = 0;
  for (const SnapshotBuilder& input : inputs) out.opened.push_back(OpenBytes(input.Bytes()));
  for (const OpenedSnapshot& one : out.opened) read_ts = std::max(read_ts, one.scan.last_commit_ts);
  if (added != nullptr) out.opened.push_back(OpenBytes(added->Bytes()));
  MergedInputs merge;
  for (const OpenedSnapshot& one : out.opened) {
    REQUIRE(one.status.ok());
    merge.sources.push_back(&one.source());
  }
  if (added != nullptr) {
    merge.added = merge.sources.back();
    merge.sources.pop_back();
  }
  merge.read_ts = read_ts;
  out.container = NewMergedContainer(merge, {});
  ScanOptions options;
  options.at = read_ts;
  options.several_inputs = true;
  Result<ScanResult> scan = ScanContainer(*out.container, options);
  if (scan.ok()) {
    out.scan = *std::move(scan);
  } else {
    out.status = scan.status();
  }
  return out;
}

std::vector<std::string> Keys(const std::vector<StoredRow>& rows) {
  std::vector<std::string> keys;
  for (const StoredRow& row : rows) keys.push_back(row.key);
  return keys;
}

TEST_CASE("rows of all inputs in one ascending stream, values from where they stand") {
  const std::string large(700000, 'x');  // more than a window
  const SnapshotBuilder a = SnapshotBuilder().Put("b", kT0, "of a").Put("d", kT0, large);
  const SnapshotBuilder b =
      SnapshotBuilder().Put("a", kT0, "of b").Put("c", kT0, "").Put("e", kT1, "e");
  const Merged merged = Merge({a, b});
  REQUIRE(merged.status.ok());
  std::vector<StoredRow> expected = a.Rows();
  for (const StoredRow& row : b.Rows()) expected.push_back(row);
  std::sort(expected.begin(), expected.end(),
            [](const StoredRow& x, const StoredRow& y) { return x.key < y.key; });
  CHECK(RowsIn(merged.rows(), merged.rows().extent()) == expected);
  CHECK(merged.scan.of(BareFamily()).live == 5);
}

TEST_CASE("each input keeps its metadata rows, values of the same name are not one row") {
  const SnapshotBuilder a =
      SnapshotBuilder().Put("a", kT0, "1").Metadata("_meta_last_commit_ts", kT0);
  const SnapshotBuilder b =
      SnapshotBuilder().Put("b", kT1, "2").Metadata("_meta_last_commit_ts", kT1);
  const Merged merged = Merge({a, b});
  REQUIRE(merged.status.ok());
  CHECK(merged.scan.of(RawMetadataFamily()).rows == 2);
  CHECK(merged.scan.last_commit_ts == kT1);
}

TEST_CASE("any extent of the stream gives the rows that begin in it") {
  std::vector<SnapshotBuilder> inputs(3);
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    const std::string key =
        std::to_string(1000000 + random() % 100000 * 10 + static_cast<unsigned>(i) % 3);
    inputs[static_cast<size_t>(i) % 3].Put(key + std::to_string(i), kT0,
                                           std::string(random() % 2000, 'v'));
  }
  const Merged merged = Merge(inputs);
  REQUIRE(merged.status.ok());
  struct Placed {
    uint64_t position;
    uint64_t end;
    std::string key;
  };
  std::vector<Placed> all;
  const std::unique_ptr<RowCursor> cursor = merged.rows().OpenCursor(merged.rows().extent());
  for (;;) {
    const auto batch = cursor->NextBatch();
    REQUIRE(batch.ok());
    if (batch->empty()) break;
    for (const Row& row : *batch) all.push_back({row.position, row.end, std::string(row.key)});
  }
  REQUIRE(all.size() == 3000);
  for (int i = 0; i < 200; ++i) {
    const size_t from = random() % all.size();
    const size_t to = from + random() % (all.size() - from);
    std::vector<std::string> expected;
    for (size_t k = from; k <= to; ++k) expected.push_back(all[k].key);
    CHECK(Keys(RowsIn(merged.rows(), {all[from].position, all[to].end})) == expected);
  }
}

TEST_CASE("added rows: beside others, replaced by a row of the same raw key, counted apart") {
  const SnapshotBuilder a =
      SnapshotBuilder().Put("k", kT0, "old").Put("same", kT1, "applied").Put("x", kT1, "x");
  const SnapshotBuilder added =
      SnapshotBuilder().Put("k", kT1, "new").Delete("x", kT1 - 1).Put("same", kT1, "again");
  const Merged merged = Merge({a}, &added);
  REQUIRE(merged.status.ok());
  OpenedSnapshot view;
  view.scan = merged.scan;
  std::map<std::string, std::string> live;
  ViewCursor cursor(merged.rows(), merged.scan, BareFamily());
  ViewRow row;
  while (*cursor.NextLive(&row)) live[std::string(row.key)] = std::string(row.body.resident);
  CHECK(live == std::map<std::string, std::string>{{"k", "new"}, {"same", "applied"}, {"x", "x"}});
  const FamilyCounts& counts = merged.scan.of(BareFamily());
  CHECK(counts.rows == 3);
  CHECK(counts.added.live == 1);
  CHECK(counts.added.older == 1);
  CHECK(counts.live == 3);
}

TEST_CASE("a key that is live in two inputs is refused, and both are named") {
  const SnapshotBuilder a = SnapshotBuilder().Put("a", kT0, "1").Put("k", kT0, "1");
  const SnapshotBuilder b = SnapshotBuilder().Put("k", kT1, "2").Put("ka", kT1, "3");
  const Merged merged = Merge({a, b});
  REQUIRE_FALSE(merged.status.ok());
  CHECK(merged.status.code() == "KeyInTwoInputs");
  const std::string message = merged.status.Message();
  CHECK(message.find(merged.opened[0].source().name()) != std::string::npos);
  CHECK(message.find(merged.opened[1].source().name()) != std::string::npos);
}

TEST_CASE("a key that was deleted in one input and lives in the other is no conflict") {
  const SnapshotBuilder a = SnapshotBuilder().Put("k", kT0 - 5, "1").Delete("k", kT0);
  const SnapshotBuilder b = SnapshotBuilder().Put("k", kT1, "2");
  const Merged merged = Merge({a, b});
  CHECK(merged.status.ok());
}

TEST_CASE("keys that are prefixes of one another, over two inputs, are no conflict") {
  // Rows of K||fe.. stand between the versions of K.
  const std::string longer = "k" + Unhex("fe64892557418000");
  const SnapshotBuilder a =
      SnapshotBuilder().Put("k", kT1, "1").Put("k", kT0, "0").Put("k", 5, "-");
  const SnapshotBuilder b = SnapshotBuilder().Put(longer, kT0, "2").Put(longer, 5, "3");
  const Merged merged = Merge({a, b});
  REQUIRE(merged.status.ok());
  CHECK(merged.scan.of(BareFamily()).live == 2);
  CHECK(merged.scan.of(BareFamily()).older == 3);
}

TEST_CASE("chunks that are named by their content may stand in both") {
  const std::string key = "!s3|chunkblob|" + std::string(64, 'a');
  const Merged merged =
      Merge({SnapshotBuilder().Put(key, kT0, "x"), SnapshotBuilder().Put(key, kT1, "x")});
  REQUIRE(merged.status.ok());
  CHECK(merged.scan.of(FamilyOf("!s3|chunkblob|")).live == 1);
}

TEST_CASE("a damaged version hides an older one from the check") {
  const SnapshotBuilder a = SnapshotBuilder().Put("k", kT0, "1").Put("k", kT1, "?", 0, 8);
  const SnapshotBuilder b = SnapshotBuilder().Put("k", kT0 + 1, "2");
  CHECK(Merge({a, b}).status.ok());
}

TEST_CASE("operational rows may stand in both") {
  const SnapshotBuilder a = SnapshotBuilder().Put("!dist|meta|version", kT0, "1").Put("a", kT0, "");
  const SnapshotBuilder b = SnapshotBuilder().Put("!dist|meta|version", kT0, "1").Put("b", kT0, "");
  const Merged merged = Merge({a, b});
  CHECK(merged.status.ok());
}

}  // namespace
}  // namespace snaptree::test
