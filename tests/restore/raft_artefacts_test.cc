#include "restore/raft_artefacts.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "formats/snap_file.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using test::Unhex;

constexpr RaftPosition kPosition = {42, 7};

// Node ids of spec 01 V19 are chosen by hand.
std::vector<RaftPeer> HandmadePeers() {
  return {{1, "n1", "127.0.0.1:12001", false}, {2, "n2", "127.0.0.1:12002", false}};
}

TEST_CASE("node ids of spec 01 V21 and spec 07 V14") {
  CHECK(RaftNodeId("n1") == 626980046172116160);
  CHECK(RaftNodeId("n2") == 626983344707000793);
  CHECK(RaftNodeId("n3") == 626982245195372582);
  CHECK(RaftNodeId("node-1") == 0xe696ecc2207879c3);
  CHECK(RaftNodeId("") == 0xcbf29ce484222325);
}

TEST_CASE("tokens of spec 01 V19 and spec 07 V10") {
  CHECK(SnapshotToken(42, 0x3a54a8ee) == Unhex("454b565401000000000000002a3a54a8ee"));
  CHECK(SnapshotToken(5, 0x89c59c2a) == Unhex("454b565401000000000000000589c59c2a"));
}

TEST_CASE("the .snap file of spec 01 V19") {
  const std::string bytes = SnapFileBytes(kPosition, HandmadePeers(), 0x3a54a8ee);
  CHECK(Hex(bytes) ==
        "08c3d2bf920a121f0a11454b565401000000000000002a3a54a8ee120a0a0408010802102a1807");
  const Result<SnapFile> read = ParseSnapFile(bytes, "x.snap");
  REQUIRE(read.ok());
  CHECK(read->index == 42);
  CHECK(read->term == 7);
  CHECK(read->has_token);
  CHECK(read->token_crc32c == 0x3a54a8ee);
}

TEST_CASE("the log of spec 01 V19") {
  CHECK(Hex(WalRecords(kPosition, HandmadePeers())) ==
        "04000000000000840804100000000000040000000000008408011000000000000e00000000000082"
        "080510a0b39b8f081a040800100000001400000000000084080510ce83d687011a0a082a10071a04"
        "08010802000000000e00000000000082080310dc94c3fe0c1a040807182a0000");
}

TEST_CASE("the log that etcd's own test has, spec 01 V20") {
  WalWriter wal;
  wal.Add(WalWriter::Type::kCrc, "");
  wal.Add(WalWriter::Type::kMetadata, "somedata");
  wal.Add(WalWriter::Type::kSnapshot, Unhex("08001000"));
  CHECK(Hex(std::move(wal).Take()) ==
        "04000000000000840804100000000000120000000000008608011085d4fda0071a08736f6d656461"
        "7461000000000000"
        "0e0000000000008208051080db81c1011a04080010000000");
}

TEST_CASE("the peers file of spec 01 V19") {
  CHECK(Hex(PeersFileBytes(42, HandmadePeers())) ==
        "454b565000000003000000000000002a00000002000000000000000100000000026e310000000f31"
        "32372e302e302e313a3132303031000000000000000200000000026e320000000f3132372e302e30"
        "2e313a31323030320000000000");
}

TEST_CASE("the peers file that a node wrote") {
  const std::string file =
      test::ReadWholeFile(std::string(SNAPTREE_TESTDATA_DIR) + "/node1/etcd-raft-peers.bin");
  CHECK(PeersFileBytes(1, {{RaftNodeId("n1"), "n1", "127.0.0.1:51200", false}}) == file);
}

TEST_CASE("a record whose size is a multiple of 8 has no flag in its length") {
  // Each voter makes the snapshot record two bytes longer.
  std::vector<RaftPeer> peers;
  size_t without_padding = 0;
  for (uint64_t id = 1; id <= 8; ++id) {
    peers.push_back({id, "n" + std::to_string(id), "h:1", false});
    const std::string log = WalRecords(kPosition, peers);
    REQUIRE(log.size() % 8 == 0);
    constexpr size_t kFourth = 56;  // offset of the fourth record's length
    const auto flags = static_cast<uint8_t>(log[kFourth + 7]);
    const auto size = static_cast<uint8_t>(log[kFourth]);
    if (size % 8 == 0) ++without_padding;
    CHECK(flags == (size % 8 == 0 ? 0 : 0x80 | (8 - size % 8)));
  }
  CHECK(without_padding == 2);
}

TEST_CASE("learners have a list of their own") {
  const std::vector<RaftPeer> peers = {
      {1, "a", "h:1", true}, {2, "b", "h:2", false}, {3, "c", "h:3", true}};
  CHECK(SnapFileBytes(kPosition, peers, 1).find(Unhex("0a06080210011003")) != std::string::npos);
  CHECK(WalRecords(kPosition, peers).find(Unhex("1a06080210011003")) != std::string::npos);
  CHECK(PeersFileBytes(42, peers).substr(20, 16) == Unhex("00000000000000010100000001610000"));
}

TEST_CASE("names of the files") {
  CHECK(FsmFileName(42) == "000000000000002a.fsm");
  CHECK(SnapFileName(kPosition) == "0000000000000007-000000000000002a.snap");
  CHECK(FsmHeader1(1767225601001) == Unhex("454b5654484c43310000019b76daabe9"));
}

}  // namespace
}  // namespace snaptree
