#include "restore/peers.h"

#include <catch2/catch.hpp>

namespace snaptree {
namespace {

TEST_CASE("peers are read and sorted by node id") {
  std::vector<RaftPeer> peers;
  REQUIRE(ParsePeers("n1=10.0.0.1:1, n2 = host:65535 ,n3=[::1]:50051", false, &peers).ok());
  REQUIRE(ParsePeers("l=h:2", true, &peers).ok());
  REQUIRE(CheckPeers(&peers).ok());
  REQUIRE(peers.size() == 4);
  // Spec 01 V21: n1 < n3 < n2.
  CHECK(peers[0].id == "n1");
  CHECK(peers[0].address == "10.0.0.1:1");
  CHECK(peers[1].id == "n3");
  CHECK(peers[1].address == "[::1]:50051");
  CHECK(peers[2].id == "n2");
  CHECK(peers[2].address == "host:65535");
  CHECK(peers[2].node_id == 626983344707000793);
  CHECK_FALSE(peers[2].learner);
  CHECK(peers[3].learner);
}

TEST_CASE("lists that are not understood") {
  for (const char* list : {"", ",", "n1", "n1=", "=h:1", "n1=h", "n1=:1", "n1=h:", "n1=h:0",
                           "n1=h:65536", "n1=h:x", "n1=h:1,", "n1=h:1,,n2=h:2", "n1=h:-1"}) {
    std::vector<RaftPeer> peers;
    const Status status = ParsePeers(list, false, &peers);
    REQUIRE_FALSE(status.ok());
    CHECK(status.code() == "PeersInvalid");
    CHECK(status.kind() == ErrorKind::kUsage);
  }
}

TEST_CASE("groups that no node accepts") {
  const auto code = [](std::vector<RaftPeer> peers) {
    const Status status = CheckPeers(&peers);
    return status.ok() ? "" : status.code() + ": " + status.info().what;
  };
  CHECK(code({{1, "a", "h:1", false}}) == "");
  CHECK(code({}) == "PeersInvalid: there is no voter");
  CHECK(code({{1, "a", "h:1", true}}) == "PeersInvalid: there is no voter");
  CHECK(code({{1, "a", "h:1", false}, {1, "a", "h:2", true}}) ==
        "PeersInvalid: a peer is given twice");
  CHECK(code({{1, "a", "h:1", false}, {1, "b", "h:2", false}}) ==
        "PeersInvalid: two peers have the same node id, the FNV-1a of their names");
  std::vector<RaftPeer> many;
  for (uint64_t id = 1; id <= kMaxPeers; ++id)
    many.push_back({id, std::to_string(id), "h:1", false});
  CHECK(code(many) == "");
  many.push_back({kMaxPeers + 1, "x", "h:1", false});
  CHECK(code(many) == "PeersInvalid: too many peers");
}

}  // namespace
}  // namespace snaptree
