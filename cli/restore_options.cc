#include "cli/restore_options.h"

#include <algorithm>

#include "restore/peers.h"

#include "base/text.h"
#include "cli/input_arguments.h"
#include "cli/option_values.h"

namespace snaptree::cli {
namespace {

Result<std::vector<std::string>> RestoreInputsOf(const Invocation& invocation) {
  SNAPTREE_ASSIGN(std::vector<std::string> inputs,
                  InputsOf(invocation, {"the input", "a snapshot",
                                        "FSM --data-dir DIR --peers ID=HOST:PORT,..."}));
  for (const std::string& input : invocation.arguments) {
    if (input == "-") {
      return UsageError("OptionValue", "restore reads files, which it can read twice")
          .Found("standard input")
          .Next("write it to a file first");
    }
  }
  return inputs;
}

// The ids of --groups; empty without.
Result<std::vector<uint64_t>> GroupIdsOf(const Invocation& invocation, size_t inputs) {
  std::vector<uint64_t> ids;
  if (!invocation.Has(OptionId::kGroups)) {
    if (inputs == 1) return ids;
    return UsageError("ArgumentMissing", "several snapshots are of several raft groups: which?")
        .Expected("--groups with " + std::to_string(inputs) + " ids")
        .Next("--groups 1,2 in the order of the snapshots");
  }
  const std::string& list = invocation.Value(OptionId::kGroups);
  for (size_t at = 0; at <= list.size();) {
    const size_t comma = std::min(list.find(',', at), list.size());
    const std::optional<uint64_t> id = ParseU64(Slice(list).substr(at, comma - at));
    if (!id || std::find(ids.begin(), ids.end(), *id) != ids.end())
      return BadValue("--groups", list, "different numbers, comma separated");
    ids.push_back(*id);
    at = comma + 1;
  }
  if (ids.size() == inputs) return ids;
  return BadValue("--groups", list,
                  "as many ids as there are snapshots: " + std::to_string(inputs));
}

// A list of --peers or --learners and the group that it names before a colon.
struct PeerList {
  std::optional<uint64_t> group;
  Slice list;
};

// Only with --groups can a number before a colon be a group.
Result<PeerList> SplitPeerList(const std::string& option, Slice value,
                               const std::vector<uint64_t>& groups) {
  const size_t colon = value.find(':');
  if (groups.empty() || colon == Slice::npos || colon > value.find('=')) return PeerList{{}, value};
  const std::optional<uint64_t> id = ParseU64(value.substr(0, colon));
  if (id && std::find(groups.begin(), groups.end(), *id) != groups.end())
    return PeerList{id, value.substr(colon + 1)};
  return BadValue(option, std::string(value), "GROUP:ID=HOST:PORT,... with a group of --groups");
}

Status TakePeers(const Invocation& invocation, OptionId option, bool learners,
                 std::vector<RestoreGroup>* groups) {
  const std::string name = std::string("--") + OptionOf(option).name;
  std::vector<uint64_t> ids;
  for (const RestoreGroup& group : *groups) {
    if (group.id) ids.push_back(*group.id);
  }
  std::vector<PeerList> lists;
  for (const std::string& value : invocation.Values(option)) {
    SNAPTREE_ASSIGN(const PeerList list, SplitPeerList(name, value, ids));
    const bool again = std::any_of(lists.begin(), lists.end(), [&](const PeerList& other) {
      return other.group == list.group;
    });
    if (again) {
      return UsageError("OptionRepeated", name + " is given twice for the same group")
          .Next("one list has all nodes: " + name + " n1=HOST:PORT,n2=HOST:PORT");
    }
    lists.push_back(list);
  }
  for (RestoreGroup& group : *groups) {
    const auto of = [&](const std::optional<uint64_t>& id) {
      return std::find_if(lists.begin(), lists.end(),
                          [&](const PeerList& list) { return list.group == id; });
    };
    auto list = of(group.id);
    if (list == lists.end()) list = of(std::nullopt);
    if (list != lists.end()) SNAPTREE_TRY(ParsePeers(list->list, learners, &group.peers));
  }
  return {};
}

Result<std::vector<RestoreGroup>> GroupsOf(const Invocation& invocation) {
  SNAPTREE_ASSIGN(const std::vector<std::string> inputs, RestoreInputsOf(invocation));
  SNAPTREE_ASSIGN(const std::vector<uint64_t> ids, GroupIdsOf(invocation, inputs.size()));
  std::vector<RestoreGroup> groups(inputs.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    groups[i].input = inputs[i];
    if (!ids.empty()) groups[i].id = ids[i];
  }
  if (!invocation.Has(OptionId::kPeers)) {
    return UsageError("ArgumentMissing", "restore needs to know the nodes of the raft group")
        .Expected("--peers ID=HOST:PORT,...")
        .Next("ID is a node's --raftId, HOST:PORT the address at which the others reach its raft");
  }
  SNAPTREE_TRY(TakePeers(invocation, OptionId::kPeers, false, &groups));
  SNAPTREE_TRY(TakePeers(invocation, OptionId::kLearners, true, &groups));
  return groups;
}

// 1 or more. The Go tool takes leading zeros for octal, and a file's name is hexadecimal: a number
// with leading zeros is nobody's decimal one.
Result<std::optional<uint64_t>> RaftNumberOf(const Invocation& invocation, OptionId option) {
  if (!invocation.Has(option)) return std::optional<uint64_t>();
  const std::string name = std::string("--") + OptionOf(option).name;
  const std::string& value = invocation.Value(option);
  if (value.size() > 1 && value[0] == '0' && !value.starts_with("0x")) {
    return BadValue(name, value, "a number without leading zeros")
        .Next("the digits in the name of a snapshot are hexadecimal: write 0x before them");
  }
  SNAPTREE_ASSIGN(const uint64_t n, ParseIndex(name, value));
  if (n == 0) return BadValue(name, value, "a number of at least 1");
  return std::optional(n);
}

Status TakeGuards(const Invocation& invocation, RestoreOptions* options) {
  options->no_encode_info = invocation.Has(OptionId::kNoEncodeInfo);
  if (invocation.Has(OptionId::kEncodeInfo)) {
    options->encode_info = invocation.Value(OptionId::kEncodeInfo);
    if (options->encode_info.empty()) return BadValue("--encode-info", "", "the name of a file");
    if (options->no_encode_info)
      return UsageError("OptionConflict", "--encode-info and --no-encode-info exclude each other");
    if (options->groups.size() > 1) {
      return UsageError("OptionConflict", "--encode-info is of one snapshot, and several are given")
          .Next("put the files beside the snapshots, with .encode_info.json behind their names");
    }
  }
  if (invocation.Has(OptionId::kTargetClusterId)) {
    options->target_cluster_id = invocation.Value(OptionId::kTargetClusterId);
    if (options->target_cluster_id.empty())
      return BadValue("--target-cluster-id", "", "the name of a cluster");
  }
  options->fresh_cluster = invocation.Has(OptionId::kFreshCluster);
  if (options->fresh_cluster && !options->target_cluster_id.empty()) {
    return UsageError("OptionConflict",
                      "--target-cluster-id and --fresh-cluster exclude each other");
  }
  options->allow_missing_cluster_id = invocation.Has(OptionId::kAllowMissingClusterId);
  options->allow_unverified_self_test = invocation.Has(OptionId::kAllowUnverifiedSelfTest);
  options->drop_applied_index = invocation.Has(OptionId::kDropAppliedIndex);
  return {};
}

}  // namespace

Result<RestoreOptions> RestoreOptionsOf(const Invocation& invocation) {
  RestoreOptions options;
  SNAPTREE_ASSIGN(options.groups, GroupsOf(invocation));
  if (!invocation.Has(OptionId::kDataDir)) {
    return UsageError("ArgumentMissing", "restore needs the directory to make")
        .Expected("--data-dir DIR");
  }
  options.data_dir = invocation.Value(OptionId::kDataDir);
  if (options.data_dir.empty()) return BadValue("--data-dir", "", "the name of a folder to make");
  SNAPTREE_ASSIGN(options.index, RaftNumberOf(invocation, OptionId::kIndex));
  SNAPTREE_ASSIGN(options.term, RaftNumberOf(invocation, OptionId::kTerm));
  SNAPTREE_TRY(TakeGuards(invocation, &options));
  if (invocation.Has(OptionId::kOffloadManifest))
    options.offload_manifest = invocation.Value(OptionId::kOffloadManifest);
  options.dry_run = invocation.Has(OptionId::kDryRun);
  options.scratch_folder = invocation.common.scratch_folder;
  return options;
}

}  // namespace snaptree::cli
