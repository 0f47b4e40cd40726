#include "cli/inspect_directory.h"
#include "cli/report_back_ends.h"

namespace snaptree::cli {
namespace {

const char* KindName(SnapshotKind kind) {
  switch (kind) {
    case SnapshotKind::kFsm:
      return "fsm";
    case SnapshotKind::kInSnapFile:
      return "in-snap-file";
    case SnapshotKind::kFirstEngine:
      return "first-engine";
    case SnapshotKind::kUnfinished:
      return "unfinished";
    case SnapshotKind::kOffloaded:
      break;
  }
  return "offloaded";
}

void AppendCommit(uint64_t hlc, JsonText* json) {
  if (hlc != 0) return json->MemberTimestamp("last_commit_ts", hlc);
  json->Key("last_commit_ts");
  json->Null();
}

void AppendCommand(const std::string& command, JsonText* json) {
  if (!command.empty()) return json->TextMember("decode", command);
  json->Key("decode");
  json->Null();
}

void AppendProblem(const Status& problem, JsonText* json) {
  if (!problem.ok()) return AppendError(problem, json);
  json->Key("error");
  json->Null();
}

const char* StateName(const InspectedStore& store) {
  if (store.problem.ok()) return store.state && store.state->is_empty ? "empty" : "whole";
  if (store.problem.code() == "PebbleLocked") return "locked";
  return store.problem.code() == "PebbleIncomplete" ? "incomplete" : "broken";
}

void AppendStore(const std::optional<InspectedStore>& store, JsonText* json) {
  json->Key("store");
  if (!store) return json->Null();
  const PebbleState state = store->state.value_or(PebbleState());
  json->StartObject();
  json->TextMember("path", store->path);
  json->Member("state", StateName(*store));
  json->OptionalMember("applied_index", state.applied_index);
  AppendCommit(state.last_commit_ts.value_or(0), json);
  json->Member("tables", state.tables);
  json->Member("bytes", state.bytes);
  json->MemberBool("chosen", store->chosen);
  AppendProblem(store->problem, json);
  AppendCommand(store->command, json);
  json->EndObject();
}

// Of its .snap file: null when it has none, or its own checksum is not known.
void AppendSnapFile(const InspectedSnapshot& snapshot, JsonText* json) {
  json->Key("snap_file_agrees");
  if (!snapshot.listed.token_crc32c || !snapshot.look.crc32c) return json->Null();
  json->Bool(*snapshot.listed.token_crc32c == *snapshot.look.crc32c);
}

void AppendSnapshot(const InspectedSnapshot& snapshot, JsonText* json) {
  const ListedSnapshot& listed = snapshot.listed;
  const SnapshotLook& look = snapshot.look;
  json->StartObject();
  json->TextMember("path", listed.path);
  json->Member("kind", KindName(listed.kind));
  const bool finished = listed.kind != SnapshotKind::kUnfinished;
  json->Member("state", !finished ? "unfinished" : look.problem.ok() ? "whole" : "broken");
  json->OptionalMember("index", listed.index);
  json->OptionalMember("term", listed.term);
  AppendCommit(look.last_commit_ts, json);
  json->TextMember("format", look.format);
  json->Member("bytes", listed.bytes);
  json->Member("modified_ms", listed.modified_ms);
  json->ChecksumMember("crc32c", look.crc32c);
  AppendSnapFile(snapshot, json);
  json->OptionalMember("raft_cutover_index", look.raft_cutover_index);
  json->MemberBool("chosen", snapshot.chosen);
  AppendProblem(look.problem, json);
  AppendCommand(snapshot.command, json);
  json->EndObject();
}

void AppendGroup(const InspectedGroup& group, JsonText* json) {
  json->StartObject();
  json->TextMember("path", group.directory);
  AppendStore(group.store, json);
  json->Key("snapshots");
  json->StartArray();
  for (const InspectedSnapshot& snapshot : group.snapshots) AppendSnapshot(snapshot, json);
  json->EndArray();
  json->Key("leftovers");
  json->StartArray();
  for (const std::string& path : group.leftovers) json->Text(path);
  json->EndArray();
  json->Key("keys_file");
  if (group.keys_file.empty()) {
    json->Null();
  } else {
    json->Text(group.keys_file);
  }
  json->EndObject();
}

}  // namespace

void AppendDirectory(const InspectedDirectory& directory, JsonText* json) {
  json->StartObject();
  json->Key("groups");
  json->StartArray();
  for (const InspectedGroup& group : directory.groups) AppendGroup(group, json);
  json->EndArray();
  json->Key("decode_all");
  if (directory.decode_all.empty()) {
    json->Null();
  } else {
    json->Text(directory.decode_all);
  }
  json->EndObject();
}

}  // namespace snaptree::cli
