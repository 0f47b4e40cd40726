#include "cli/restore_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/time_text.h"
#include "cli/count_text.h"
#include "cli/exit_codes.h"
#include "cli/json_text.h"
#include "cli/report_back_ends.h"
#include "cli/start_commands.h"

namespace snaptree::cli {
namespace {

std::string PeersText(const RestoredGroup& group) {
  const auto learners = static_cast<uint64_t>(std::count_if(
      group.peers.begin(), group.peers.end(), [](const RaftPeer& p) { return p.learner; }));
  std::string text = Counted(group.peers.size() - learners, "voter");
  if (learners != 0) text += ", " + Counted(learners, "learner");
  return text;
}

std::string GroupText(const RestoredGroup& group) {
  std::string text = fmt::format(
      "  {}{}, raft index {}, term {}, {}\n    from {} ({}), {}, {}, state as of {}",
      group.id ? fmt::format("group {}: ", *group.id) : "", FsmFileName(group.position.index),
      group.position.index, group.position.term, PeersText(group), group.input.path,
      group.logical ? "encoded, compared with its ENCODE_INFO" : "as a node left it",
      Counted(group.rows, "row"), HumanBytes(group.fsm_bytes),
      group.last_commit_ts == 0 ? "never" : UtcText(HlcMillis(group.last_commit_ts)));
  if (group.applied_index_dropped)
    text += fmt::format("\n    its applied index {} was dropped", *group.applied_index);
  return text;
}

void AppendHead(const RestoreOptions& options, JsonText* json) {
  json->Member("schema", "snaptree.restore/1");
  json->TextMember("data_dir", options.data_dir);
  json->MemberBool("dry_run", options.dry_run);
}

void AppendInput(const ContainerInfo& info, JsonText* json) {
  json->Key("input");
  json->StartObject();
  json->TextMember("path", info.path);
  json->TextMember("format", info.format);
  json->Member("bytes", info.bytes);
  json->ChecksumMember("crc32c", info.crc32c);
  json->OptionalMember("snapshot_index", info.snapshot_index);
  json->OptionalMember("hlc_ceiling_ms", info.hlc_ceiling_ms);
  json->EndObject();
}

void AppendPeers(const std::vector<RaftPeer>& peers, JsonText* json) {
  json->Key("peers");
  json->StartArray();
  for (const RaftPeer& peer : peers) {
    json->StartObject();
    json->TextMember("id", peer.id);
    json->TextMember("address", peer.address);
    json->TextMember("node_id", fmt::format("{:016x}", peer.node_id));
    json->MemberBool("learner", peer.learner);
    json->EndObject();
  }
  json->EndArray();
}

void AppendGroup(const RestoredGroup& group, JsonText* json) {
  json->StartObject();
  json->OptionalMember("group", group.id);
  json->TextMember("directory", group.directory);
  json->TextMember("kind", group.logical ? "logical" : "physical");
  AppendInput(group.input, json);
  json->Key("cluster_id");
  if (group.cluster_id.empty()) {
    json->Null();
  } else {
    json->Text(group.cluster_id);
  }
  json->Member("index", group.position.index);
  json->Member("term", group.position.term);
  json->Member("rows", group.rows);
  json->MemberTimestamp("last_commit_ts", group.last_commit_ts);
  json->OptionalMember("applied_index", group.applied_index);
  json->MemberBool("applied_index_dropped", group.applied_index_dropped);
  json->Key("fsm");
  json->StartObject();
  json->TextMember("path", "fsm-snap/" + FsmFileName(group.position.index));
  json->Member("bytes", group.fsm_bytes);
  json->TextMember("crc32c", Hex32(group.fsm_crc32c));
  json->OptionalMember("hlc_ceiling_ms", group.hlc_ceiling_ms);
  json->EndObject();
  AppendPeers(group.peers, json);
  json->EndObject();
}

void AppendStart(const RestoreRun& run, JsonText* json) {
  json->Key("start");
  json->StartArray();
  for (const NodeStart& node : NodeStartsOf(run.report, run.options.data_dir)) {
    json->StartObject();
    json->TextMember("id", node.id);
    json->Key("addresses");
    json->StartArray();
    for (const std::string& address : node.addresses) json->Text(address);
    json->EndArray();
    json->MemberBool("learner", node.learner);
    json->Key("copy");
    if (node.copy.empty()) {
      json->Null();
    } else {
      json->Text(node.copy);
    }
    json->EndObject();
  }
  json->EndArray();
}

}  // namespace

void ReportRestore(const RestoreRun& run, Reporter& reporter) {
  std::string text = fmt::format(
      "{} {} in {}", run.options.dry_run ? "dry run, nothing written, of" : "restored to",
      run.options.data_dir, SecondsText(run.cost));
  for (const RestoredGroup& group : run.report.groups) text += "\n" + GroupText(group);
  reporter.Notice(text);
  reporter.Findings(run.report.findings);
  if (run.options.dry_run) {
    reporter.Notice("snaptree: " + run.options.data_dir +
                    ": every check holds, the same call without --dry-run builds it (exit 0)");
    return;
  }
  reporter.Notice(StartText(run.report, run.options.data_dir));
}

std::string RestoreDocument(const RestoreRun& run) {
  JsonText json(JsonStyle::kPretty);
  json.StartObject();
  AppendHead(run.options, &json);
  json.Key("groups");
  json.StartArray();
  for (const RestoredGroup& group : run.report.groups) AppendGroup(group, &json);
  json.EndArray();
  AppendStart(run, &json);
  json.Key("findings");
  AppendFindings(run.report.findings, &json);
  json.Member("elapsed_ms", run.cost.elapsed_ms);
  json.Member("exit_code", static_cast<uint64_t>(kExitDone));
  json.EndObject();
  return json.text() + "\n";
}

std::string FailedRestoreDocument(const RestoreOptions& options, const Status& status) {
  JsonText json(JsonStyle::kPretty);
  json.StartObject();
  AppendHead(options, &json);
  return EndWithError(status, &json);
}

}  // namespace snaptree::cli
