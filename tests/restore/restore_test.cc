#include "restore/restore.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>

#include "base/checksum.h"
#include "base/coding.h"
#include "formats/open_input.h"
#include "formats/raft_directory.h"
#include "formats/snap_file.h"
#include "tests/support/restore_fixture.h"
#include "tests/support/snap_file.h"

namespace snaptree {
namespace {

using test::FooterKind;
using test::kT0;
using test::kT1;
using test::ReadWholeFile;
using test::RestoreFixture;
using test::SnapshotBuilder;
using test::Unhex;
using test::WriteWholeFile;

constexpr const char* kFsm42 = "fsm-snap/000000000000002a.fsm";
constexpr const char* kWal = "wal/0000000000000000-0000000000000000.wal";

// Spec 01 V19: the file that a node is to find, its image, and the log in front of its zeros.
const std::string kVectorFsm = Unhex(
    "454b5654484c43310000019b76daabe9454b565042424c310700e8abda769b0118000000000000002172656469737c"
    "7374727c68656c6c6ffe6489255417fff80e00000000000000000000000000000000776f726c643a54a8ee");
const std::string kVectorImage = kVectorFsm.substr(16, kVectorFsm.size() - 20);
// Spec 01 V10: as a node left it.
const std::string kNodeFsm = Unhex(
    "454b5654484c43310000019b76dab7a0454b565042424c310700e8abda769b0118000000000000002172656469737c"
    "7374727c68656c6c6ffe6489255417fff8090000000000000001000000000000000018000000000000002172656469"
    "737c7374727c68656c6c6ffe64892557fffff80e00000000000000000000000000000000776f726c64140000000000"
    "00005f6d6574615f6c6173745f636f6d6d69745f747308000000000000000700e8abda769b01a959a3f2");

std::string WithFooter(std::string bytes) {
  AppendBe32(&bytes, Crc32c(bytes));
  return bytes;
}

std::string CodeOf(RestoreFixture& fixture) {
  const Result<RestoreReport> report = fixture.Run();
  struct stat st {};
  if (report.ok()) return "";
  CHECK(::stat(fixture.options.data_dir.c_str(), &st) != 0);
  CHECK(::stat((fixture.options.data_dir + ".restore-prep").c_str(), &st) != 0);
  return report.status().code();
}

mode_t ModeOf(const std::string& path) {
  struct stat st {};
  REQUIRE(::stat(path.c_str(), &st) == 0);
  return st.st_mode & 0777;
}

bool Found(const RestoreReport& report, const std::string& code) {
  return report.findings.by_code().contains(code);
}

TEST_CASE("the data directory of spec 01 V19, from the bare stream and from the complete file") {
  RestoreFixture fixture;
  const bool bare = GENERATE(true, false);
  const bool packed = GENERATE(true, false);
  const std::string file = bare ? kVectorImage : kVectorFsm;
  fixture.Snapshot(packed ? "image.zst" : "image", packed ? test::ZstdFrame(file) : file);
  fixture.WriteInfo(RestoreFixture::InfoOf(kVectorImage, kT1));
  fixture.options.index = 42;
  fixture.options.term = 7;
  const Result<RestoreReport> report = fixture.Run();
  REQUIRE(report.ok());

  CHECK(fixture.Read(kFsm42) == kVectorFsm);
  CHECK(fixture.Read("snap/0000000000000007-000000000000002a.snap") ==
        Unhex("08c3d2bf920a121f0a11454b565401000000000000002a3a54a8ee120a0a0408010802102a1807"));
  const std::string wal = fixture.Read(kWal);
  CHECK(wal.size() == 64000000);
  CHECK(wal.substr(0, 112) ==
        Unhex("04000000000000840804100000000000040000000000008408011000000000000e00000000000082"
              "080510a0b39b8f081a040800100000001400000000000084080510ce83d687011a0a082a10071a04"
              "08010802000000000e00000000000082080310dc94c3fe0c1a040807182a0000"));
  CHECK(std::all_of(wal.begin() + 112, wal.end(), [](char c) { return c == 0; }));
  CHECK(fixture.Read("etcd-raft-peers.bin") ==
        Unhex("454b565000000003000000000000002a00000002000000000000000100000000026e310000000f31"
              "32372e302e302e313a3132303031000000000000000200000000026e320000000f3132372e302e30"
              "2e313a31323030320000000000"));

  const RestoredGroup& group = report->groups[0];
  CHECK(group.logical);
  CHECK(group.fsm_crc32c == 0x3a54a8ee);
  CHECK(group.fsm_bytes == kVectorFsm.size());
  CHECK(group.hlc_ceiling_ms == 1767225601001);
  CHECK(group.rows == 1);
  CHECK(Found(*report, "cluster_id_unknown"));
}

TEST_CASE("the empty image of spec 07 V10") {
  RestoreFixture fixture;
  const std::string image = Unhex("454b565042424c31581b000000000000");
  fixture.Snapshot("image", image);
  fixture.WriteInfo(RestoreFixture::InfoOf(image, 7000));
  fixture.options.index = 5;
  REQUIRE(fixture.Run().ok());
  CHECK(fixture.Read("fsm-snap/0000000000000005.fsm") ==
        Unhex("454b5654484c43310000000000000001454b565042424c31581b00000000000089c59c2a"));
  const Result<SnapFile> snap =
      ParseSnapFile(fixture.Read("snap/0000000000000001-0000000000000005.snap"), "x");
  REQUIRE(snap.ok());
  CHECK(snap->token_crc32c == 0x89c59c2a);
}

TEST_CASE("a node's own snapshot is kept byte for byte, and its name tells the index") {
  RestoreFixture fixture;
  SECTION("as the node left it") { fixture.Snapshot("000000000000002a.fsm", kNodeFsm); }
  SECTION("without its footer") {
    fixture.Snapshot("000000000000002a.fsm", kNodeFsm.substr(0, kNodeFsm.size() - 4));
  }
  SECTION("compressed") { fixture.Snapshot("000000000000002a.fsm.zst", test::ZstdFrame(kNodeFsm)); }
  const Result<RestoreReport> report = fixture.Run();
  REQUIRE(report.ok());
  CHECK(fixture.Read(kFsm42) == kNodeFsm);
  CHECK_FALSE(report->groups[0].logical);
  CHECK(report->groups[0].position.term == 1);
  CHECK(report->groups[0].hlc_ceiling_ms == 1767225604000);
}

TEST_CASE("a snapshot without an FSM header stays without one") {
  RestoreFixture fixture;
  const std::string bytes = WithFooter(kNodeFsm.substr(16, kNodeFsm.size() - 20));
  fixture.Snapshot("x.fsm", bytes);
  fixture.options.index = 42;
  const Result<RestoreReport> report = fixture.Run();
  REQUIRE(report.ok());
  CHECK(fixture.Read(kFsm42) == bytes);
  CHECK_FALSE(report->groups[0].hlc_ceiling_ms);
}

TEST_CASE("what was restored is a raft data directory that can be read") {
  RestoreFixture fixture;
  fixture.Snapshot("000000000000002a.fsm", kNodeFsm);
  REQUIRE(fixture.Run().ok());
  Findings findings;
  const Result<ChosenState> chosen = ChooseState(fixture.options.data_dir, {}, &findings);
  REQUIRE(chosen.ok());
  CHECK(chosen->path == fixture.options.data_dir + "/" + kFsm42);
  CHECK(findings.by_code().size() == 1);  // which state it is
}

TEST_CASE("modes do not depend on the umask") {
  RestoreFixture fixture;
  fixture.Snapshot("000000000000002a.fsm", kNodeFsm);
  const mode_t before = ::umask(GENERATE(0U, 0077U));
  const bool ok = fixture.Run().ok();
  ::umask(before);
  REQUIRE(ok);
  const std::string& dir = fixture.options.data_dir;
  for (const char* folder : {"", "/fsm-snap", "/snap"}) CHECK(ModeOf(dir + folder) == 0755);
  CHECK(ModeOf(dir + "/wal") == 0700);
  for (const std::string& path :
       {std::string(kFsm42), std::string(kWal), std::string("etcd-raft-peers.bin"),
        std::string("snap/0000000000000001-000000000000002a.snap")}) {
    CHECK(ModeOf(dir + "/" + path) == 0600);
  }
}

TEST_CASE("the log is sparse") {
  RestoreFixture fixture;
  fixture.Snapshot("000000000000002a.fsm", kNodeFsm);
  REQUIRE(fixture.Run().ok());
  struct stat st {};
  REQUIRE(::stat((fixture.options.data_dir + "/" + kWal).c_str(), &st) == 0);
  CHECK(st.st_size == 64000000);
  CHECK(st.st_blocks * 512 < 1000000);
}

TEST_CASE("a raft data directory as the input tells index and term") {
  RestoreFixture fixture;
  const std::string node = fixture.folder / "node";
  std::filesystem::create_directories(node + "/fsm-snap");
  std::filesystem::create_directories(node + "/snap");
  WriteWholeFile(node + "/fsm-snap/000000000000002a.fsm", kNodeFsm);
  WriteWholeFile(node + "/snap/0000000000000007-000000000000002a.snap",
                 test::MakeSnapFile(42, 7, test::MakeToken(42, 0xa959a3f2)));
  WriteWholeFile(node + "/snap/0000000000000009-0000000000000001.snap",
                 test::MakeSnapFile(1, 9, test::MakeToken(1, 1)));
  fixture.options.groups[0].input = GENERATE(true, false) ? node : node + "/" + kFsm42;
  SECTION("both") {
    const Result<RestoreReport> report = fixture.Run();
    REQUIRE(report.ok());
    CHECK(report->groups[0].position.index == 42);
    CHECK(report->groups[0].position.term == 7);
  }
  SECTION("another term is asked for") {
    fixture.options.term = 3;
    const Result<RestoreReport> report = fixture.Run();
    REQUIRE(report.ok());
    CHECK(report->groups[0].position.term == 3);
  }
  SECTION("a data directory inside it is refused") {
    if (fixture.options.groups[0].input != node) return;
    fixture.options.data_dir = node + "/new";
    CHECK(CodeOf(fixture) == "OutputInsideInput");
  }
}

TEST_CASE("a term of a .snap file that names another checksum does not count") {
  RestoreFixture fixture;
  std::filesystem::create_directories(fixture.folder / "fsm-snap");
  std::filesystem::create_directories(fixture.folder / "snap");
  fixture.Snapshot(kFsm42, kNodeFsm);
  WriteWholeFile(fixture.folder / "snap/0000000000000007-000000000000002a.snap",
                 test::MakeSnapFile(42, 7, test::MakeToken(42, 1)));
  const Result<RestoreReport> report = fixture.Run();
  REQUIRE(report.ok());
  CHECK(report->groups[0].position.term == 1);
  CHECK(Found(*report, "snap_token_mismatch"));
}

TEST_CASE("an index may not go backwards") {
  RestoreFixture fixture;
  SnapshotBuilder rows;
  rows.Header1(1767225604000).Put("!redis|str|hello", kT1, "world");
  rows.Metadata("_meta_last_commit_ts", kT1);
  const std::string without = rows.Bytes();
  const std::string with = rows.Metadata("_meta_applied_index", 50).Bytes();
  SECTION("below the applied index") {
    fixture.Snapshot("000000000000002a.fsm", with);
    CHECK(CodeOf(fixture) == "IndexTooLow");
    fixture.options.index = 49;
    CHECK(CodeOf(fixture) == "IndexTooLow");
    fixture.options.index = 50;
    CHECK(CodeOf(fixture) == "");
    CHECK(fixture.Read("fsm-snap/0000000000000032.fsm") == with);
  }
  SECTION("below the name") {
    fixture.Snapshot("0000000000000064.fsm", without);
    fixture.options.index = 99;
    CHECK(CodeOf(fixture) == "IndexTooLow");
  }
  SECTION("the applied index can be dropped") {
    fixture.Snapshot("0000000000000064.fsm", with);
    fixture.options.index = 3;
    fixture.options.drop_applied_index = true;
    const Result<RestoreReport> report = fixture.Run();
    REQUIRE(report.ok());
    CHECK(fixture.Read("fsm-snap/0000000000000003.fsm") == without);
    CHECK(report->groups[0].applied_index == 50);
    CHECK(report->groups[0].applied_index_dropped);
    CHECK(report->groups[0].rows == 2);
    CHECK(report->groups[0].fsm_bytes == without.size());
  }
  SECTION("there may be none to drop") {
    fixture.Snapshot("0000000000000064.fsm", without);
    fixture.options.drop_applied_index = true;
    const Result<RestoreReport> report = fixture.Run();
    REQUIRE(report.ok());
    CHECK_FALSE(report->groups[0].applied_index_dropped);
  }
}

TEST_CASE("an index that nothing tells must be given") {
  RestoreFixture fixture;
  // 42.fsm may be a person's name for it.
  fixture.Snapshot(GENERATE("x.fsm", "42.fsm", "000000000000002a"), kNodeFsm);
  CHECK(CodeOf(fixture) == "IndexMissing");
  fixture.options.index = GENERATE(uint64_t{0}, uint64_t{1} << 63);
  CHECK(CodeOf(fixture) == "OptionValue");
  fixture.options.index = INT64_MAX;
  CHECK(CodeOf(fixture) == "");
}

TEST_CASE("rows of the old cluster are pointed out") {
  RestoreFixture fixture;
  SnapshotBuilder rows;
  rows.Put("!dist|route|1", kT0, "r").Put("!txn|lock|k", kT0, "l").Put("!s3|blob|e", kT0, "", 0, 2);
  rows.Metadata("_meta_last_commit_ts", kT0);
  fixture.Snapshot("000000000000002a.fsm", rows.Bytes());
  const Result<RestoreReport> report = fixture.Run();
  REQUIRE(report.ok());
  CHECK(Found(*report, "dist_rows"));
  CHECK(Found(*report, "txn_locks"));
  CHECK_FALSE(Found(*report, "encode_info_missing"));
}

TEST_CASE("an image whose ENCODE_INFO is not there is pointed out") {
  RestoreFixture fixture;
  fixture.Snapshot("000000000000002a.fsm", kVectorFsm);
  const Result<RestoreReport> report = fixture.Run();
  REQUIRE(report.ok());
  CHECK(Found(*report, "encode_info_missing"));
}

TEST_CASE("several groups stand in one directory") {
  RestoreFixture fixture;
  fixture.options.groups.resize(2);
  WriteWholeFile(fixture.folder / "000000000000002a.fsm", kNodeFsm);
  WriteWholeFile(fixture.folder / "000000000000002b.fsm", kNodeFsm);
  for (size_t i = 0; i < 2; ++i) {
    RestoreGroup& group = fixture.options.groups[i];
    group.input = fixture.folder / (i == 0 ? "000000000000002a.fsm" : "000000000000002b.fsm");
    group.id = i + 1;
    group.peers = {{RaftNodeId("n1"), "n1", "h:" + std::to_string(i + 1), false}};
  }
  const Result<RestoreReport> report = fixture.Run();
  REQUIRE(report.ok());
  CHECK(fixture.Read("group-1/fsm-snap/000000000000002a.fsm") == kNodeFsm);
  CHECK(fixture.Read("group-2/fsm-snap/000000000000002b.fsm") == kNodeFsm);
  CHECK(fixture.Read("group-2/etcd-raft-peers.bin").find("h:2") != std::string::npos);
  CHECK(report->groups[1].directory == fixture.options.data_dir + "/group-2");
}

TEST_CASE("a damaged or unreadable snapshot leaves nothing behind") {
  RestoreFixture fixture;
  std::string bytes = kNodeFsm;
  SECTION("a flipped bit") {
    bytes[100] = static_cast<char>(bytes[100] ^ 4);
    fixture.Snapshot("000000000000002a.fsm", bytes);
    CHECK(CodeOf(fixture) == "FsmChecksum");
  }
  SECTION("cut") {
    fixture.Snapshot("000000000000002a.fsm", bytes.substr(0, 120));
    CHECK(CodeOf(fixture) != "");
  }
  SECTION("not there") {
    fixture.options.groups[0].input = fixture.folder / "none";
    CHECK(CodeOf(fixture) == "NotFound");
  }
}

TEST_CASE("the timestamp group of spec 01 V8 is restored as it is") {
  RestoreFixture fixture;
  const std::string bytes = Unhex("0000019b76dab7a0761b4c1b");
  fixture.Snapshot("000000000000002a.fsm", bytes.substr(0, GENERATE(8U, 12U)));
  CHECK(CodeOf(fixture) == "");
  CHECK(fixture.Read(kFsm42) == bytes);
  std::string broken = bytes;
  broken[7] = '\x01';
  fixture.Snapshot("000000000000002a.fsm", broken);
  fixture.options.data_dir = fixture.folder / "other";
  CHECK(CodeOf(fixture) == "FsmChecksum");
}

TEST_CASE("the empty store can be restored") {
  RestoreFixture fixture;
  const std::string bytes = Unhex(GENERATE(
      "00000000", "454b5654484c43310000000000000000454b565042424c310000000000000000601ff484"));
  fixture.Snapshot("000000000000002a.fsm", bytes);
  CHECK(CodeOf(fixture) == "");
  CHECK(fixture.Read(kFsm42) == bytes);
}

TEST_CASE("a dry run makes every check and writes nothing") {
  RestoreFixture fixture;
  fixture.options.dry_run = true;
  fixture.options.index = 42;
  fixture.Snapshot("image", kVectorFsm);
  fixture.WriteInfo(RestoreFixture::InfoOf(kVectorImage, kT1));
  const Result<RestoreReport> report = fixture.Run();
  REQUIRE(report.ok());
  CHECK(report->groups[0].fsm_crc32c == 0x3a54a8ee);
  CHECK(report->groups[0].fsm_bytes == kVectorFsm.size());
  CHECK_FALSE(std::filesystem::exists(fixture.options.data_dir));
  fixture.WriteInfo(RestoreFixture::InfoOf("another", kT1));
  CHECK(CodeOf(fixture) == "EncodeInfoMismatch");
  std::filesystem::create_directory(fixture.options.data_dir);
  const Result<RestoreReport> exists = fixture.Run();
  REQUIRE_FALSE(exists.ok());
  CHECK(exists.status().code() == "TargetExists");
}

}  // namespace
}  // namespace snaptree
