#include "cli/start_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace snaptree::cli {
namespace {

std::string LastName(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path.substr(path.find_last_of('/') + 1);
}

struct Node {
  NodeStart start;
  std::vector<const RestoredGroup*> groups;
};

std::map<std::string, Node> NodesOf(const RestoreReport& report) {
  std::map<std::string, Node> nodes;
  for (const RestoredGroup& group : report.groups) {
    for (const RaftPeer& peer : group.peers) {
      const auto [it, is_new] = nodes.try_emplace(peer.id);
      Node& node = it->second;
      node.start.id = peer.id;
      node.start.learner = peer.learner && (is_new || node.start.learner);
      std::vector<std::string>& addresses = node.start.addresses;
      if (std::find(addresses.begin(), addresses.end(), peer.address) == addresses.end())
        addresses.push_back(peer.address);
      node.groups.push_back(&group);
    }
  }
  return nodes;
}

// `cp -r FROM TO` would go into a folder that exists: then the node's old data would win.
std::string CopyCommand(const Node& node, const RestoreReport& report,
                        const std::string& data_dir) {
  const std::string target = "\"$RAFT_DATA_DIR\"/" + ShellWord(node.start.id);
  if (node.groups.size() == report.groups.size())
    return fmt::format("test ! -e {0} && cp -r {1} {0}", target, ShellWord(data_dir));
  std::string folders;
  for (const RestoredGroup* group : node.groups) folders += ShellWord(group->directory) + " ";
  return fmt::format("mkdir {0} && cp -r {1}{0}", target, folders);
}

}  // namespace

std::vector<NodeStart> NodeStartsOf(const RestoreReport& report, const std::string& data_dir) {
  std::vector<NodeStart> starts;
  for (auto& [id, node] : NodesOf(report)) {
    const bool in_place = LastName(data_dir) == id && node.groups.size() == report.groups.size();
    if (!in_place) node.start.copy = CopyCommand(node, report, data_dir);
    starts.push_back(std::move(node.start));
  }
  return starts;
}

std::string StartText(const RestoreReport& report, const std::string& data_dir) {
  std::string text =
      "start: with no server running, give each node its copy (RAFT_DATA_DIR: its --raftDataDir)\n";
  for (const NodeStart& node : NodeStartsOf(report, data_dir)) {
    text += fmt::format("  {} at {}{}:  {}\n", node.id, fmt::join(node.addresses, ", "),
                        node.learner ? " (learner)" : "",
                        node.copy.empty() ? data_dir + " is its copy, where it stands" : node.copy);
  }
  const bool several = report.groups.front().id.has_value();
  text +=
      "then start each server as before, with --raftDataDir \"$RAFT_DATA_DIR\" --raftId ID and "
      "the raft address above";
  if (several) text += "; its --raftGroups must name the same groups and addresses";
  text +=
      "\ncheck: an old fsm.db at RAFT_DATA_DIR/ID would be served instead of the snapshot; "
      "afterwards never send the Redis command FLUSHLEGACY: it erases SQS, files and raw keys";
  return text;
}

}  // namespace snaptree::cli
