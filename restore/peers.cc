#include "restore/peers.h"

#include <algorithm>

#include "base/text.h"

namespace snaptree {
namespace {

constexpr uint64_t kMaxPort = 65535;

Status PeersInvalid(std::string what) { return UsageError("PeersInvalid", std::move(what)); }

Slice Trimmed(Slice text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == Slice::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool IsAddress(Slice text) {
  const size_t colon = text.rfind(':');
  if (colon == Slice::npos || colon == 0) return false;
  const std::optional<uint64_t> port = ParseU64(text.substr(colon + 1));
  return port && *port > 0 && *port <= kMaxPort;
}

Status ParsePeer(Slice item, bool learner, std::vector<RaftPeer>* peers) {
  const size_t equals = item.find('=');
  RaftPeer peer;
  peer.learner = learner;
  peer.id = Trimmed(item.substr(0, equals));
  if (equals != Slice::npos) peer.address = Trimmed(item.substr(equals + 1));
  if (peer.id.empty() || !IsAddress(peer.address) || peer.id.size() > kMaxPeerTextBytes ||
      peer.address.size() > kMaxPeerTextBytes) {
    return PeersInvalid("a peer is not understood")
        .Expected("ID=HOST:PORT")
        .Found("\"" + Printable(item, 120) + "\"")
        .Next(
            "ID is the node's --raftId, HOST:PORT the address at which the others reach its raft");
  }
  peer.node_id = RaftNodeId(peer.id);
  peers->push_back(std::move(peer));
  return {};
}

}  // namespace

Status ParsePeers(Slice list, bool learners, std::vector<RaftPeer>* peers) {
  for (size_t at = 0; at <= list.size();) {
    const size_t comma = std::min(list.find(',', at), list.size());
    SNAPTREE_TRY(ParsePeer(list.substr(at, comma - at), learners, peers));
    at = comma + 1;
  }
  return {};
}

Status CheckPeers(std::vector<RaftPeer>* peers) {
  if (peers->size() > kMaxPeers) {
    return PeersInvalid("too many peers")
        .Expected("at most " + std::to_string(kMaxPeers))
        .Found(std::to_string(peers->size()));
  }
  std::stable_sort(peers->begin(), peers->end(),
                   [](const RaftPeer& a, const RaftPeer& b) { return a.node_id < b.node_id; });
  for (size_t i = 1; i < peers->size(); ++i) {
    const RaftPeer& a = (*peers)[i - 1];
    const RaftPeer& b = (*peers)[i];
    if (a.node_id != b.node_id) continue;
    if (a.id == b.id) {
      return PeersInvalid("a peer is given twice")
          .Found("\"" + Printable(a.id, 120) + "\"")
          .Next("a node is a voter or a learner, with one address");
    }
    return PeersInvalid("two peers have the same node id, the FNV-1a of their names")
        .Found("\"" + Printable(a.id, 120) + "\" and \"" + Printable(b.id, 120) + "\"")
        .Next("give one of the nodes another --raftId");
  }
  const bool voter =
      std::any_of(peers->begin(), peers->end(), [](const RaftPeer& p) { return !p.learner; });
  if (voter) return {};
  return PeersInvalid("there is no voter")
      .Expected("at least one")
      .Next("name the nodes that vote with --peers ID=HOST:PORT,...");
}

}  // namespace snaptree
