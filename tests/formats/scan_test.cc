// The one pass over all rows: classes, extents, order, timestamps (spec 01 chapter 7, design
// "Scan").
#include "formats/scan.h"

#include <catch2/catch.hpp>

#include "base/cancel.h"
#include "base/coding.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

OpenedSnapshot OpenAt(const SnapshotBuilder& builder, std::optional<uint64_t> at = std::nullopt) {
  ScanOptions options;
  options.at = at;
  OpenedSnapshot opened = OpenBytes(builder.Bytes(), {}, options);
  INFO(opened.status.Message());
  REQUIRE(opened.status.ok());
  return opened;
}

TEST_CASE("every row is counted once, in its family and class") {
  SnapshotBuilder builder;
  builder.Header1(1)
      .Put("!redis|str|a", kT0, "1")
      .Put("!redis|str|a", kT1, "22")
      .Delete("!redis|str|b", kT0)
      .Put("!redis|str|c", kT0, "3", kT0)
      .Put("!redis|str|d", kT1, "4", kT1 + 1)
      .Put("!redis|str|e", kT0, std::string(34, 'x'), 0, 2)
      .Raw(RawKey("!redis|str|f", kT0), StoredValue("", 0, 4))
      .Raw(RawKey("!redis|str|g", kT0), std::string(8, '\0'))
      .Raw("!short", StoredValue("x"))
      .Put("!zs|new|", kT0, "unknown")
      .Put("bare", kT0, "5")
      .Metadata("_meta_last_commit_ts", kT1);
  const OpenedSnapshot opened = OpenAt(builder);
  const FamilyCounts& strings = opened.scan.of(FamilyOf("!redis|str|"));
  CHECK(strings.rows == 8);
  CHECK(strings.live == 3);
  CHECK(strings.older == 1);
  CHECK(strings.tombstone == 1);
  CHECK(strings.expired == 1);
  CHECK(strings.encrypted == 1);
  CHECK(strings.damaged == 2);
  CHECK(strings.newer == 0);
  CHECK(strings.min_commit_ts == kT0);
  CHECK(strings.max_commit_ts == kT1);
  CHECK(strings.key_bytes == 8 * (12 + 8));
  CHECK(strings.value_bytes == 10 + 11 + 9 + 10 + 10 + 43 + 9 + 8);
  CHECK(strings.live_bytes == 3 * 20 + 11 + 10 + 43);
  CHECK(opened.scan.of(UnknownFamily()).live == 1);
  CHECK(opened.scan.of(BareFamily()).live == 1);
  CHECK(opened.scan.of(BareFamily()).damaged == 1);
  CHECK(opened.scan.of(RawMetadataFamily()).rows == 1);
  CHECK(opened.scan.rows == builder.Rows().size());
  CHECK(opened.scan.DamagedRows() == 3);
  CHECK(opened.scan.LiveEncryptedRows() == 1);
  REQUIRE(opened.scan.damaged.size() == 3);
  CHECK(opened.scan.damaged[0].defect == std::string("RowFlags"));
  CHECK(opened.scan.damaged[1].defect == std::string("RowValueShort"));
  CHECK(opened.scan.damaged[2].defect == std::string("RowKeyShort"));
  CHECK(opened.scan.damaged[0].position == builder.RowOffsets()[6]);
  CHECK(opened.scan.damaged[0].key == RawKey("!redis|str|f", kT0));
  CHECK(opened.scan.damaged[0].family == FamilyOf("!redis|str|"));
}

TEST_CASE("key ids of encrypted rows are collected once each, in order") {
  SnapshotBuilder builder;
  int row = 0;
  for (const uint32_t id : {7U, 3U, 7U, 0xffffffffU, 3U}) {
    std::string envelope = std::string("\1\0", 2);
    AppendBe32(&envelope, id);
    envelope.resize(34 + 5, 'x');
    builder.Put("k" + std::to_string(row++), kT0, envelope, 0, 2);
  }
  builder.Put("k9", kT0, "tiny", 0, 2);                    // too short to hold an id
  builder.Put("k0", kT0 - 1, std::string(39, 'x'), 0, 2);  // an older version needs no key
  const OpenedSnapshot opened = OpenAt(builder);
  CHECK(opened.scan.LiveEncryptedRows() == 6);
  CHECK(opened.scan.encryption_key_ids == std::vector<uint32_t>{3, 7, 0xffffffff});
  CHECK(opened.scan.EncryptedVersions() == 7);
  CHECK(opened.scan.version_key_ids == std::vector<uint32_t>{3, 7, 0x78787878, 0xffffffff});
  // Those that are passed over for want of keys are counted too.
  ScanOptions without_keys;
  without_keys.without_keys = true;
  const OpenedSnapshot passed = OpenBytes(builder.Bytes(), {}, without_keys);
  CHECK(passed.scan.LiveEncryptedRows() == 0);
  CHECK(passed.scan.DamagedRows() == 7);
  CHECK(passed.scan.EncryptedVersions() == 7);
  CHECK(passed.scan.version_key_ids == opened.scan.version_key_ids);
}

TEST_CASE("expiry is measured against the read timestamp, also when no --at names it") {
  SnapshotBuilder builder;
  builder.Put("gone", kT0, "x", kT1)
      .Put("gone", kT0 - 5, "older, without expiry")
      .Put("stays", kT0, "y", kT1 + 1)
      .Put("z", kT1, "z");
  const OpenedSnapshot newest = OpenAt(builder);
  CHECK(newest.scan.read_ts == kT1);
  CHECK(newest.scan.of(BareFamily()).expired == 1);
  CHECK(newest.scan.of(BareFamily()).older == 1);
  CHECK(newest.scan.of(BareFamily()).live == 2);
  CHECK(newest.scan.rows == 4);
  CHECK(LiveRows(newest) == std::map<std::string, std::string>{{"stays", "y"}, {"z", "z"}});

  const OpenedSnapshot before = OpenAt(builder, kT1 - 1);
  CHECK(LiveRows(before) == std::map<std::string, std::string>{{"gone", "x"}, {"stays", "y"}});
  CHECK(LiveRows(OpenAt(builder, kT1 + 1)) == std::map<std::string, std::string>{{"z", "z"}});
}

TEST_CASE("chunk blobs are read at any time and never move the read timestamp") {
  SnapshotBuilder builder;
  builder.LastCommit(kT0)
      .Put("!s3|chunkblob|a", kT1, "new")
      .Put("!s3|chunkblob|a", kT0, "old")
      .Put("!s3|chunkref|a", kT0, "ref")
      .Metadata("_meta_last_commit_ts", kT0);
  const OpenedSnapshot newest = OpenAt(builder);
  CHECK(newest.scan.read_ts == kT0);
  CHECK(newest.scan.max_commit_ts == kT0);
  CHECK(newest.finding("last_commit_mismatch") == nullptr);
  CHECK(newest.scan.of(FamilyOf("!s3|chunkblob|")).live == 1);
  CHECK(newest.scan.of(FamilyOf("!s3|chunkblob|")).older == 1);
  CHECK(LiveRows(newest).at("!s3|chunkblob|a") == "new");
  CHECK(LiveRows(OpenAt(builder, 1)) ==
        std::map<std::string, std::string>{{"!s3|chunkblob|a", "new"}});
}

TEST_CASE("the newest state is the greatest of header, metadata row and commits") {
  const auto read_ts = [](uint64_t header, std::optional<uint64_t> meta, uint64_t commit) {
    SnapshotBuilder builder;
    builder.Put("k", commit, "v").LastCommit(header);
    if (meta) builder.Metadata("_meta_last_commit_ts", *meta);
    const OpenedSnapshot opened = OpenAt(builder);
    CHECK(opened.scan.last_commit_ts == opened.scan.read_ts);
    const bool agree = header == meta.value_or(header) && header >= commit;
    CHECK((opened.finding("last_commit_mismatch") == nullptr) == agree);
    return opened.scan.read_ts;
  };
  CHECK(read_ts(30, 30, 30) == 30);
  CHECK(read_ts(30, std::nullopt, 20) == 30);
  CHECK(read_ts(10, 30, 20) == 30);
  CHECK(read_ts(10, 20, 30) == 30);
  CHECK(read_ts(0, std::nullopt, 30) == 30);
  CHECK(read_ts(30, 10, 20) == 30);
}

TEST_CASE("metadata rows: retention, applied index, and values that are too short") {
  const OpenedSnapshot opened = OpenAt(SnapshotBuilder()
                                           .Metadata("_meta_applied_index", 66)
                                           .Metadata("_meta_last_commit_ts", kT1)
                                           .Metadata("_meta_min_retained_ts", 5)
                                           .Metadata("_meta_pending_min_retained_ts", 9));
  CHECK(opened.scan.applied_index == 66U);
  CHECK(opened.scan.meta_last_commit_ts == kT1);
  CHECK(opened.scan.min_retained_ts == 9U);
  CHECK(OpenAt(SnapshotBuilder().Metadata("_meta_min_retained_ts", 5)).scan.min_retained_ts == 5U);

  const OpenedSnapshot damaged =
      OpenAt(SnapshotBuilder().Raw("_meta_last_commit_ts", "1234567").LastCommit(3));
  CHECK_FALSE(damaged.scan.meta_last_commit_ts.has_value());
  REQUIRE(damaged.finding("short_metadata") != nullptr);
  CHECK(damaged.finding("short_metadata")->severity == Severity::kWarning);
  CHECK(damaged.scan.read_ts == 3);
}

TEST_CASE("a signal ends the scan") {
  g_cancel_signal = 2;
  const OpenedSnapshot opened = OpenBytes(SnapshotBuilder().Put("k", kT0, "v").Bytes());
  g_cancel_signal = 0;
  REQUIRE_FALSE(opened.status.ok());
  CHECK(opened.status.kind() == ErrorKind::kCancelled);
}

TEST_CASE("progress tells rows and bytes, and names the phase") {
  Progress progress;
  ScanOptions options;
  options.progress = &progress;
  const std::string bytes = SnapshotBuilder().Put("k", kT0, "v").Put("l", kT0, "v").Bytes();
  REQUIRE(OpenBytes(bytes, {}, options).status.ok());
  CHECK(progress.phase.load() == std::string("scan"));
  CHECK(progress.rows == 2);
  CHECK(progress.total == bytes.size());
  CHECK(progress.done == bytes.size() - 4);
}

TEST_CASE("counts of two parts add up") {
  FamilyCounts a;
  a.rows = 1;
  a.live = 2;
  a.min_commit_ts = 5;
  a.max_commit_ts = 6;
  FamilyCounts b;
  b.rows = 10;
  b.key_bytes = 1;
  b.value_bytes = 2;
  b.live_bytes = 3;
  b.older = 4;
  b.newer = 5;
  b.tombstone = 6;
  b.expired = 7;
  b.encrypted = 8;
  b.encrypted_versions = 10;
  b.damaged = 9;
  b.min_commit_ts = 3;
  b.max_commit_ts = 4;
  a.Merge(b);
  CHECK(a.rows == 11);
  CHECK(a.live == 2);
  CHECK(a.key_bytes + a.value_bytes + a.live_bytes == 6);
  CHECK(a.older + a.newer + a.tombstone + a.expired + a.encrypted + a.damaged == 39);
  CHECK(a.encrypted_versions == 10);
  CHECK(a.min_commit_ts == 3);
  CHECK(a.max_commit_ts == 6);
}

}  // namespace
}  // namespace snaptree
