#include "cli/missing_input.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/output_target.h"

namespace snaptree::cli {
namespace {

namespace fs = std::filesystem;

// Names of snapshots, those of the greatest raft index first.
std::vector<std::string> SnapshotsIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (name.ends_with(".fsm") || name.ends_with(".fsm.zst")) names.push_back(std::move(name));
  }
  std::sort(names.rbegin(), names.rend());
  return names;
}

std::string NextStep(const std::string& input) {
  const std::string folder = ParentFolder(input);
  const std::vector<std::string> names = SnapshotsIn(folder);
  if (names.empty()) {
    return "check the path; an input is a .fsm file, a node's raft data directory, or - for "
           "standard input";
  }
  constexpr size_t kShown = 3;
  std::string list;
  for (size_t i = 0; i < names.size() && i < kShown; ++i)
    list += (list.empty() ? "" : ", ") + names[i];
  if (names.size() > kShown) list += " and " + std::to_string(names.size() - kShown) + " more";
  return "check the path; " + (folder == "." ? "this folder" : folder) + " holds " + list;
}

}  // namespace

Status WithNextStep(Status error, const std::string& input) {
  const ErrorInfo& info = error.info();
  if (info.code != "NotFound" || info.source != input || !info.next.empty()) return error;
  return std::move(error).Next(NextStep(input));
}

}  // namespace snaptree::cli
