// The vectors of spec 01 chapter 16 and spec 07 V9 and V10, byte by byte.
#include <catch2/catch.hpp>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/text.h"
#include "formats/fsm_container.h"
#include "formats/fsm_format.h"
#include "formats/mvcc_view.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

constexpr uint64_t kCeiling = 1767225604000;
constexpr Slice kHello = "!redis|str|hello";

SnapshotBuilder V10() {
  SnapshotBuilder builder;
  builder.Header1(kCeiling)
      .Delete(kHello, kT1)
      .Put(kHello, kT0, "world")
      .Metadata("_meta_last_commit_ts", kT1);
  return builder;
}

std::string V10Bytes() {
  return Unhex(
      "454b5654484c43310000019b76dab7a0454b565042424c310700e8abda769b011800000000000000217265646973"
      "7c"
      "7374727c68656c6c6ffe6489255417fff80900000000000000010000000000000000180000000000000021726564"
      "69"
      "737c7374727c68656c6c6ffe64892557fffff80e00000000000000000000000000000000776f726c641400000000"
      "00"
      "00005f6d6574615f6c6173745f636f6d6d69745f747308000000000000000700e8abda769b01a959a3f2");
}

OpenedSnapshot OpenV10At(std::optional<uint64_t> at) {
  ScanOptions options;
  options.at = at;
  return OpenBytes(V10Bytes(), {}, options);
}

TEST_CASE("V1 to V5: rows are read from their bytes") {
  const std::string v1 = Unhex("2172656469737c7374727c68656c6c6ffe64892557fffff8");
  const std::string v2 = Unhex("000000000000000000776f726c64");
  CHECK(RawKey(kHello, kT0) == v1);
  CHECK(StoredValue("world") == v2);
  const MvccRow row = MvccRow::Parse(v1, v2);
  CHECK(row.user_key == kHello);
  CHECK(row.commit_ts == kT0);
  CHECK(row.expire_at == 0);
  CHECK_FALSE(row.IsTombstone());

  const std::string v3_key = Unhex("2172656469737c7374727c68656c6c6ffe6489255417fff8");
  const std::string v3_value = Unhex("010000000000000000");
  CHECK(RawKey(kHello, kT1) == v3_key);
  CHECK(MvccRow::Parse(v3_key, v3_value).IsTombstone());
  CHECK(MvccRow::Parse(v3_key, v3_value).commit_ts == kT1);
  CHECK(MvccDefect(v3_key.size(), v3_value.size(), v3_value) == nullptr);

  const std::string v4 = Unhex("0000006092db769b0178");
  CHECK(StoredValue("x", 115816900853760000) == v4);
  CHECK(MvccRow::Parse(v1, v4).expire_at == 115816900853760000);

  CHECK(Unhex("5f6d6574615f6c6173745f636f6d6d69745f7473") == kMetaLastCommitTs);
  CHECK(LoadLe64(Unhex("0700e8abda769b01").data()) == kT1);
}

TEST_CASE("V6 and V7: both headers are read") {
  const OpenedSnapshot one =
      OpenBytes(SnapshotBuilder().Prefix(Unhex("454b5654484c43310000019b76dab7a0")).Bytes());
  REQUIRE(one.status.ok());
  CHECK(one.input.container->info().format == "EKVTHLC1+EKVPBBL1");
  CHECK(one.input.container->info().hlc_ceiling_ms == kCeiling);
  CHECK_FALSE(one.input.container->info().raft_cutover_index.has_value());

  const OpenedSnapshot two =
      OpenBytes(SnapshotBuilder()
                    .Prefix(Unhex("454b5654484c433200100000019b76dab7a00000000000001092"))
                    .Bytes());
  REQUIRE(two.status.ok());
  CHECK(two.input.container->info().format == "EKVTHLC2+EKVPBBL1");
  CHECK(two.input.container->info().hlc_ceiling_ms == kCeiling);
  CHECK(two.input.container->info().raft_cutover_index == 4242);
}

TEST_CASE("V8: four zero bytes are an empty store, and the timestamp group has no rows") {
  const OpenedSnapshot empty = OpenBytes(Unhex("00000000"));
  REQUIRE(empty.status.ok());
  CHECK(empty.scan.rows == 0);
  CHECK(empty.input.container->info().crc32c == 0U);
  REQUIRE(empty.finding("empty_payload") != nullptr);
  CHECK(empty.finding("empty_payload")->severity == Severity::kNote);

  const OpenedSnapshot group = OpenBytes(Unhex("0000019b76dab7a0761b4c1b"));
  REQUIRE_FALSE(group.status.ok());
  CHECK(group.status.code() == "NoRows");
  CHECK(group.status.kind() == ErrorKind::kData);
  CHECK(group.status.Message().find("group 0") != std::string::npos);
}

TEST_CASE("V9: an empty store of a live node") {
  const std::string bytes =
      Unhex("454b5654484c43310000000000000000454b565042424c310000000000000000601ff484");
  CHECK(SnapshotBuilder().Header1(0).Bytes() == bytes);
  const OpenedSnapshot opened = OpenBytes(bytes);
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.rows == 0);
  CHECK(opened.scan.read_ts == 0);
  CHECK(opened.input.container->info().crc32c == 0x601ff484U);
  CHECK(opened.scan.findings.by_code().empty());
}

TEST_CASE("V10: the newest state holds no user data") {
  CHECK(V10().Bytes() == V10Bytes());
  const OpenedSnapshot opened = OpenV10At(std::nullopt);
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.read_ts == kT1);
  CHECK(opened.scan.rows == 3);
  CHECK(opened.scan.meta_last_commit_ts == kT1);
  CHECK(opened.input.container->info().crc32c == 0xa959a3f2U);
  CHECK(opened.input.container->info().last_commit_ts == kT1);
  const FamilyCounts& strings = opened.scan.of(FamilyOf("!redis|str|"));
  CHECK(strings.rows == 2);
  CHECK(strings.tombstone == 1);
  CHECK(strings.older == 1);
  CHECK(strings.live == 0);
  CHECK(opened.scan.of(RawMetadataFamily()).rows == 1);
  CHECK(LiveRows(opened).empty());
  CHECK(AllRows(opened) == V10().Rows());
  CHECK_FALSE(opened.scan.findings.HasWarning());
}

TEST_CASE("V10: at T0 the string is there, just before it nothing is") {
  const OpenedSnapshot at_t0 = OpenV10At(kT0);
  REQUIRE(at_t0.status.ok());
  CHECK(at_t0.scan.read_ts == kT0);
  const FamilyCounts& strings = at_t0.scan.of(FamilyOf("!redis|str|"));
  CHECK(strings.live == 1);
  CHECK(strings.newer == 1);
  CHECK(strings.tombstone == 0);
  CHECK(LiveRows(at_t0) == std::map<std::string, std::string>{{std::string(kHello), "world"}});

  CHECK(LiveRows(OpenV10At(kT1 - 1)).size() == 1);
  CHECK(LiveRows(OpenV10At(kT1)).empty());
  const OpenedSnapshot before = OpenV10At(kT0 - 1);
  CHECK(LiveRows(before).empty());
  CHECK(before.scan.of(FamilyOf("!redis|str|")).newer == 2);
}

TEST_CASE("V13: a version of a key behind rows of other keys is an older version") {
  SnapshotBuilder builder;
  builder.KeepOrder().LastCommit(kT1);
  for (const char* key :
       {"4b61fe64892557fffff8", "4bfe6489255417fff8", "4bfe648925560bfe64892557fffff8",
        "4bfe64892557fffff8", "4bfffe64892557fffff8"}) {
    builder.Raw(Unhex(key), StoredValue(Slice(key)));
  }
  const OpenedSnapshot opened = OpenBytes(builder.Bytes());
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.of(BareFamily()).live == 4);
  CHECK(opened.scan.of(BareFamily()).older == 1);
  const std::map<std::string, std::string> live = LiveRows(opened);
  CHECK(live.size() == 4);
  CHECK(live.at("K") == "4bfe6489255417fff8");
  CHECK(live.at(Unhex("4bfe648925560b")) == "4bfe648925560bfe64892557fffff8");
}

TEST_CASE("V18 and 06 V10: registry rows are no MVCC rows") {
  const OpenedSnapshot opened =
      OpenBytes(SnapshotBuilder()
                    .Raw(Unhex("21656e6372797074696f6e7c777269746572737caabbccdd7ceeff"),
                         Unhex("0102030405060708090a0b0c"))
                    .Raw(Unhex("21656e6372797074696f6e7c777269746572737c000000017cbeef"),
                         Unhex("112233445566778800030005"))
                    .Bytes());
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.of(RegistryFamily()).rows == 2);
  CHECK(opened.scan.DamagedRows() == 0);
  CHECK(opened.scan.max_commit_ts == 0);
}

TEST_CASE("V19: the image of a restore directory") {
  const std::string bytes = Unhex(
      "454b5654484c43310000019b76daabe9454b565042424c310700e8abda769b011800000000000000217265646973"
      "7c"
      "7374727c68656c6c6ffe6489255417fff80e00000000000000000000000000000000776f726c643a54a8ee");
  CHECK(SnapshotBuilder().Header1(1767225601001).Put(kHello, kT1, "world").Bytes() == bytes);
  const OpenedSnapshot opened = OpenBytes(bytes);
  REQUIRE(opened.status.ok());
  CHECK(opened.input.container->info().crc32c == 0x3a54a8eeU);
  CHECK(LiveRows(opened).at(std::string(kHello)) == "world");
}

TEST_CASE("07 V9: the raft index in a file name") {
  CHECK(SnapshotIndexOfName("0000000000000064.fsm") == 100U);
  CHECK(SnapshotIndexOfName("0000000001194015.fsm") == 18432021U);
  CHECK(SnapshotIndexOfName("000000000000002a.fsm") == 42U);
  CHECK(SnapshotIndexOfName("42.fsm") == 42U);
  CHECK_FALSE(SnapshotIndexOfName("from-prod.fsm").has_value());
  CHECK(SnapshotIndexOfName("some/folder.fsm/0000000000000010.fsm.zst") == 16U);
  CHECK(SnapshotIndexOfName("ffffffffffffffff.fsm") == UINT64_MAX);
  for (const char* name :
       {"", ".fsm", "fsm", "0000000000000064", "0000000000000064.fsm.tmp", "000000000000002.fsm.gz",
        "00000000000000zz.fsm", "2a.fsm", "00000000000000064.fsm/", "-1.fsm", "+1.fsm", " 1.fsm",
        "18446744073709551616.fsm"}) {
    CAPTURE(name);
    CHECK_FALSE(SnapshotIndexOfName(name).has_value());
  }
}

TEST_CASE("07 V10: an empty image at T 7000") {
  const std::string payload = Unhex("454b565042424c31581b000000000000");
  CHECK(SnapshotBuilder().LastCommit(7000).Footer(FooterKind::kNone).Bytes() == payload);
  const std::string bytes =
      Unhex("454b5654484c43310000000000000001454b565042424c31581b00000000000089c59c2a");
  CHECK(SnapshotBuilder().Header1(1).LastCommit(7000).Bytes() == bytes);

  const OpenedSnapshot bare = OpenBytes(payload);
  REQUIRE(bare.status.ok());
  CHECK(bare.scan.read_ts == 7000);
  CHECK(bare.input.container->info().format == "EKVPBBL1");
  CHECK_FALSE(bare.input.container->info().crc32c.has_value());
  REQUIRE(bare.finding("no_checksum") != nullptr);
  CHECK(bare.finding("no_checksum")->severity == Severity::kNote);

  const OpenedSnapshot whole = OpenBytes(bytes);
  REQUIRE(whole.status.ok());
  CHECK(whole.scan.read_ts == 7000);
  CHECK(whole.input.container->info().crc32c == 0x89c59c2aU);
}

}  // namespace
}  // namespace snaptree
