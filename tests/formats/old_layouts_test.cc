// Payloads inside of other files, and under other names (spec 01 sections 1.6, 11.3 and 11.6), and
// row streams from before they had a magic (chapter 5).
#include <filesystem>

#include <catch2/catch.hpp>

#include "formats/found_snapshot.h"
#include "formats/raft_state_file.h"
#include "tests/support/damage.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snap_file.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

SnapshotBuilder Builder(Slice value) {
  SnapshotBuilder builder;
  builder.Header1(7).Put("key", kT0, value).Metadata("_meta_last_commit_ts", kT0);
  return builder;
}

std::string Payload(Slice value) { return Builder(value).Footer(FooterKind::kNone).Bytes(); }

std::string ValueIn(const OpenedSnapshot& opened) {
  INFO((opened.status.ok() ? "" : opened.status.Message()));
  REQUIRE(opened.status.ok());
  return LiveRows(opened).at("key");
}

std::string Sized(Slice message) {
  std::string bytes;
  AppendBe32(&bytes, static_cast<uint32_t>(message.size()));
  return bytes.append(message);
}

std::string RaftState(Slice payload, const std::vector<std::string>& entries) {
  std::string bytes("EKVR\0\0\0\x01", 8);
  bytes += Sized(VarintField(1, 3) + VarintField(2, 1) + VarintField(3, 9));
  bytes += Sized(BytesField(1, payload) + BytesField(2, SnapMetadata(9, 3)));
  AppendBe32(&bytes, static_cast<uint32_t>(entries.size()));
  for (const std::string& entry : entries) bytes += Sized(entry);
  return bytes;
}

TEST_CASE("a payload inside a .snap file") {
  for (const std::string& payload : {Payload("v"), Payload("v").substr(16)}) {
    const OpenedSnapshot opened = OpenBytes(MakeSnapFile(77, 4, payload));
    CHECK(ValueIn(opened) == "v");
    CHECK(opened.finding("no_checksum") == nullptr);
    CHECK(opened.input.container->info().snapshot_index == 77U);
    CHECK(opened.input.container->info().raft_term == 4U);
  }
  CHECK(ValueIn(OpenBytes(ZstdFrame(MakeSnapFile(77, 4, Payload("v"))))) == "v");
}

TEST_CASE("a .snap file with a payload that is damaged") {
  const std::string good = MakeSnapFile(77, 4, Payload("v"));
  for (size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      CAPTURE(at, bit);
      const OpenedSnapshot opened = OpenBytes(WithFlippedBit(good, at, bit));
      CHECK_FALSE(opened.status.ok());
    }
    CHECK_FALSE(OpenBytes(good.substr(0, at)).status.ok());
  }
}

TEST_CASE("a .snap file with a token leads to the snapshot") {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "snap");
  std::filesystem::create_directories(folder / "fsm-snap");
  const std::string fsm = Builder("v").Bytes();
  const uint32_t crc = LoadBe32(fsm.data() + fsm.size() - 4);
  const std::string snap = folder / "snap/0000000000000004-000000000000002a.snap";
  const std::string path = folder / "fsm-snap/000000000000002a.fsm";
  WriteWholeFile(snap, MakeSnapFile(42, 4, MakeToken(42, crc)));
  CHECK(OpenPath(snap).status.code() == "NoSnapshot");
  WriteWholeFile(path, fsm);
  const OpenedSnapshot opened = OpenPath(snap);
  CHECK(ValueIn(opened) == "v");
  CHECK(opened.input.container->info().path == path);
  CHECK(opened.input.container->info().snapshot_index == 42U);
  CHECK(opened.input.container->info().raft_term == 4U);
  CHECK(opened.input.container->info().crc32c == crc);
  WriteWholeFile(path, WithFlippedBit(fsm, 30, 0));
  CHECK(OpenPath(snap).status.code() == "FsmChecksum");
  WriteWholeFile(path, Builder("other").Bytes());
  CHECK(OpenPath(snap).status.code() == "SnapTokenMismatch");
  WriteWholeFile(path, "abc");
  CHECK(OpenPath(snap).status.code() == "PayloadTruncated");
  WriteWholeFile(snap, MakeSnapFile(42, 4, MakeToken(43, crc)));
  CHECK(OpenPath(snap).status.code() == "SnapInvalid");
}

TEST_CASE("a snapshot inside etcd-raft-state.bin") {
  const OpenedSnapshot opened = OpenBytes(RaftState(Payload("v"), {"entry", ""}));
  CHECK(ValueIn(opened) == "v");
  CHECK(opened.input.container->info().snapshot_index == 9U);
  CHECK(opened.input.container->info().raft_term == 3U);
  REQUIRE(opened.finding("log_entries_not_read") != nullptr);
  CHECK(opened.finding("log_entries_not_read")->count == 2);
  // It has no checksum of its own.
  CHECK(opened.finding("no_checksum") != nullptr);
  CHECK(OpenBytes(RaftState(Payload("v"), {})).finding("log_entries_not_read") == nullptr);
  CHECK(OpenBytes(RaftState("", {"entry"})).status.code() == "NoSnapshot");
}

TEST_CASE("etcd-raft-state.bin that is damaged") {
  const std::string good = RaftState(Payload("v"), {"entry", ""});
  for (size_t size = 1; size < good.size(); ++size) {
    CAPTURE(size);
    const OpenedSnapshot opened = OpenBytes(good.substr(0, size));
    REQUIRE_FALSE(opened.status.ok());
    CHECK(opened.status.kind() == ErrorKind::kData);
    if (size >= 7) CHECK(opened.status.code() == "RaftStateInvalid");
  }
  CHECK(OpenBytes(good + "x").status.code() == "RaftStateInvalid");
  std::string version = good;
  version[7] = 2;
  CHECK(OpenBytes(version).status.code() == "RaftStateInvalid");
  // Flips in the payload are seen by nobody; the rest must not be believed.
  for (size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      const OpenedSnapshot opened = OpenBytes(WithFlippedBit(good, at, bit));
      CHECK((opened.status.ok() || opened.status.kind() == ErrorKind::kData));
    }
  }
}

TEST_CASE("a data directory of the oldest etcd layouts") {
  const TempFolder folder;
  WriteWholeFile(folder / "etcd-raft-state.bin", RaftState(Payload("first"), {}));
  CHECK(ValueIn(OpenPath(folder.path())) == "first");
  WriteWholeFile(folder / "etcd-fsm-snapshot.bin", Payload("second").substr(16));
  const OpenedSnapshot second = OpenPath(folder.path());
  CHECK(ValueIn(second) == "second");
  CHECK(second.finding("log_entries_not_read") == nullptr);
  WriteWholeFile(folder / "etcd-raft-entries.bin",
                 std::string("EKVW\0\0\0\x01", 8) + std::string(12, 0));
  CHECK(OpenPath(folder.path()).finding("log_entries_not_read") != nullptr);
  CHECK(ValueIn(OpenPath(folder / "etcd-fsm-snapshot.bin")) == "second");
  CHECK(OpenPath(folder / "etcd-raft-entries.bin").status.code() == "PayloadUnknown");
}

TEST_CASE("a row stream without magic is read when it is forced") {
  const std::string whole = SnapshotBuilder()
                                .Put("key", kT0, "v")
                                .Put("other", kT1, std::string(100000, 'x'))
                                .Footer(FooterKind::kNone)
                                .Bytes();
  const std::string legacy = whole.substr(8);
  const Status refused = OpenBytes(legacy).status;
  CHECK(refused.code() == "PayloadLegacyStream");
  CHECK(refused.info().next.find("--force") != std::string::npos);
  OpenInputOptions force;
  force.choice.force = true;
  const OpenedSnapshot opened = OpenBytes(legacy, force);
  CHECK(ValueIn(opened) == "v");
  CHECK(AllRows(opened) == AllRows(OpenBytes(whole)));
  CHECK(opened.input.container->info().format == "rows-without-magic");
  CHECK(opened.input.container->info().last_commit_ts == kT1);
  std::string footer = legacy;
  AppendBe32(&footer, Crc32c(legacy));
  CHECK(OpenBytes(footer, force).input.container->info().crc32c == Crc32c(legacy));
  CHECK(OpenBytes(WithFlippedBit(footer, 40, 1), force).status.code() == "FsmChecksum");
  for (const std::string& other : {std::string("not a snapshot at all"), legacy.substr(0, 60)})
    CHECK(OpenBytes(other, force).status.code() == "PayloadUnknown");
  force.salvage = true;
  const OpenedSnapshot cut = OpenBytes(legacy.substr(0, legacy.size() - 9), force);
  CHECK(cut.status.code() == "PayloadUnknown");  // its second row is what was cut
  const OpenedSnapshot flipped = OpenBytes(WithFlippedBit(footer, 40, 1), force);
  REQUIRE(flipped.status.ok());
  CHECK(AllRows(flipped).size() == 2);
}

}  // namespace
}  // namespace snaptree
