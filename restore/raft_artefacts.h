// The files of a raft data directory around a snapshot, as bytes (spec 01 chapters 11 and 13.1).
// Pure functions: what goes where, with which mode, is the directory builder's business.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/slice.h"

namespace snaptree {

// A member of the raft group.
struct RaftPeer {
  uint64_t node_id = 0;
  std::string id;       // --raftId
  std::string address;  // host:port
  bool learner = false;
};

// Where in the raft log a snapshot stands.
struct RaftPosition {
  uint64_t index = 0;
  uint64_t term = 0;
};

inline constexpr size_t kMaxPeers = 1024;
inline constexpr size_t kMaxPeerTextBytes = size_t{1} << 20;  // of an id or an address
// What a node preallocates for a segment of its log.
inline constexpr uint64_t kWalFileBytes = 64000000;

inline constexpr Slice kWalFileName = "0000000000000000-0000000000000000.wal";
inline constexpr Slice kPeersFileName = "etcd-raft-peers.bin";

// The number that raft knows a node by: FNV-1a of its id; 0 becomes 1.
uint64_t RaftNodeId(Slice id);

// "<16 hex of the index>.fsm" and "<16 hex of the term>-<16 hex of the index>.snap".
std::string FsmFileName(uint64_t index);
std::string SnapFileName(RaftPosition at);

// The header in front of an image (EKVTHLC1).
std::string FsmHeader1(uint64_t ceiling_ms);

// The 17 bytes that stand for a snapshot in a `.snap` file. crc32c: of the `.fsm` file's bytes
// before its footer.
std::string SnapshotToken(uint64_t index, uint32_t crc32c);

// In all that follow: REQUIRES peers in ascending order of node ids, or the node refuses them.

// A `.snap` file that refers to a `.fsm` file.
std::string SnapFileBytes(RaftPosition at, const std::vector<RaftPeer>& peers, uint32_t crc32c);
// The log of a node: records in frames, each with the checksum of the data of all records so far.
class WalWriter {
 public:
  enum class Type : uint8_t { kMetadata = 1, kState = 3, kCrc = 4, kSnapshot = 5 };

  void Add(Type type, Slice data);
  std::string Take() && { return std::move(log_); }

 private:
  std::string log_;
  uint32_t crc_ = 0;
};

// The records of the first log segment; zeros follow up to kWalFileBytes.
std::string WalRecords(RaftPosition at, const std::vector<RaftPeer>& peers);
// `etcd-raft-peers.bin`, version 3.
std::string PeersFileBytes(uint64_t index, const std::vector<RaftPeer>& peers);

}  // namespace snaptree
