#include <fmt/format.h>

#include "base/text.h"
#include "base/time_text.h"
#include "cli/count_text.h"
#include "cli/inspect_directory.h"
#include "cli/terminal.h"

namespace snaptree::cli {
namespace {

constexpr size_t kWidth = 80;

// "    " and the parts with commas between them, in lines of at most kWidth where parts allow it.
std::string Facts(const std::vector<std::string>& parts) {
  std::string text;
  std::string line = "   ";
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string part = parts[i] + (i + 1 < parts.size() ? "," : "");
    if (line.size() > 4 && line.size() + 1 + part.size() > kWidth) {
      text += line + "\n";
      line = "   ";
    }
    line += " " + part;
  }
  return parts.empty() ? "" : text + line + "\n";
}

std::string HeadLine(const std::string& name, const std::string& size, const std::string& state,
                     bool chosen) {
  return fmt::format("  {:<30} {:>11}   {}{}\n", name, size, state,
                     chosen ? "  <- decode takes this" : "");
}

std::string CommandLine(const std::string& command) {
  return "    " + (command.empty() ? "nothing in it can be read" : command) + "\n";
}

// Names the file unless it is `own`, whose name stands above.
std::string ProblemLines(const Status& problem, const std::string& own) {
  const ErrorInfo& info = problem.info();
  std::vector<std::string> parts;
  if (info.source != own && !info.source.empty()) {
    const bool below = info.source.starts_with(own + "/");
    parts.push_back(below ? info.source.substr(own.size() + 1) : info.source);
  }
  if (info.offset) parts.push_back("offset " + std::to_string(*info.offset));
  parts.push_back(info.what);
  if (!info.expected.empty()) parts.push_back("expected " + info.expected);
  if (!info.found.empty()) parts.push_back("found " + info.found);
  parts.back() += " [" + info.code + "]";
  return Facts(parts);
}

std::string CommitText(uint64_t hlc) { return "last commit " + UtcText(HlcMillis(hlc)); }

const char* StateOf(const InspectedStore& store) {
  if (store.problem.ok()) return store.state && store.state->is_empty ? "empty" : "whole";
  if (store.problem.code() == "PebbleLocked") return "LOCKED";
  return store.problem.code() == "PebbleIncomplete" ? "INCOMPLETE" : "BROKEN";
}

std::string StoreText(const InspectedStore& store) {
  const std::string size = store.state ? HumanBytes(store.state->bytes) : "unknown";
  std::string text = HeadLine(store.name, size, StateOf(store), store.chosen);
  if (!store.problem.ok()) text += ProblemLines(store.problem, store.path);
  std::vector<std::string> facts = {"Pebble directory"};
  if (store.state) {
    facts.push_back("applied index " + (store.state->applied_index
                                            ? std::to_string(*store.state->applied_index)
                                            : "unknown"));
    if (store.state->last_commit_ts) facts.push_back(CommitText(*store.state->last_commit_ts));
    facts.push_back(Counted(store.state->tables, "table"));
    facts.emplace_back("not locked");
  }
  return text + Facts(facts) + CommandLine(store.command);
}

const char* StateOf(const InspectedSnapshot& snapshot) {
  if (snapshot.listed.kind == SnapshotKind::kUnfinished) return "unfinished";
  return snapshot.look.problem.ok() ? "whole" : "BROKEN";
}

void AddSnapFileFact(const InspectedSnapshot& snapshot, std::vector<std::string>* facts) {
  if (snapshot.listed.kind == SnapshotKind::kInSnapFile)
    facts->emplace_back("inside its .snap file");
  if (snapshot.listed.kind != SnapshotKind::kFsm) return;
  if (!snapshot.listed.token_crc32c) {
    facts->emplace_back("no .snap file");
  } else if (snapshot.look.crc32c) {
    const bool same = *snapshot.look.crc32c == *snapshot.listed.token_crc32c;
    facts->emplace_back(same ? ".snap file agrees" : ".snap file is of another file");
  }
}

std::string SnapshotText(const InspectedSnapshot& snapshot) {
  const ListedSnapshot& listed = snapshot.listed;
  std::string text =
      HeadLine(snapshot.name, HumanBytes(listed.bytes), StateOf(snapshot), snapshot.chosen);
  if (!snapshot.look.problem.ok()) text += ProblemLines(snapshot.look.problem, listed.path);
  std::vector<std::string> facts;
  if (listed.index) facts.push_back("index " + std::to_string(*listed.index));
  if (listed.term) facts.push_back("term " + std::to_string(*listed.term));
  if (snapshot.look.last_commit_ts != 0) facts.push_back(CommitText(snapshot.look.last_commit_ts));
  if (!snapshot.look.format.empty()) facts.push_back(snapshot.look.format);
  if (snapshot.look.raft_cutover_index.value_or(0) != 0)
    facts.emplace_back("of an encrypted cluster");
  AddSnapFileFact(snapshot, &facts);
  if (listed.modified_ms != 0) facts.push_back("written " + UtcText(listed.modified_ms));
  return text + Facts(facts) + CommandLine(snapshot.command);
}

std::string GroupText(const InspectedGroup& group) {
  std::string text = group.directory + "\n";
  if (group.store) text += StoreText(*group.store);
  for (const InspectedSnapshot& snapshot : group.snapshots) text += SnapshotText(snapshot);
  if (!group.store && group.snapshots.empty()) text += "  no snapshot and no fsm.db\n";
  if (!group.keys_file.empty())
    text += "  encryption/keys.json: the node encrypts; --keys-file, with its --kek-file\n";
  for (const std::string& path : group.leftovers)
    text += "  left over, not looked at: " + path + "\n";
  return text;
}

}  // namespace

std::string DirectoryText(const InspectedDirectory& directory) {
  std::string text;
  for (const InspectedGroup& group : directory.groups)
    text += (text.empty() ? "" : "\n") + GroupText(group);
  if (directory.several_groups())
    text += "\nnext, all groups together (a group alone may lack records: exit code 3):\n    " +
            directory.decode_all + "\n";
  return WithoutControls(text);
}

}  // namespace snaptree::cli
