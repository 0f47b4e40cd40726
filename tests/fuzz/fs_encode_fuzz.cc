// Trees of a filesystem on arbitrary bytes. The input has three parts, ended by 00: inodes.jsonl,
// KEYMAP.jsonl, and what stands in fs/tree/, one in a line: "path=content", or "path/" for a
// folder. The first byte holds options. Beyond not crashing: a run ends, and without an error of
// the tree there are rows.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "encode/encode_run.h"

#include "tests/support/memory_source.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

class Nothing : public ExpectedDifferences {
 public:
  Status Add(Slice /*path*/) override { return {}; }
};

Slice Cut(Slice* rest, char end) {
  const size_t at = std::min(rest->find(end), rest->size());
  const Slice part = rest->substr(0, at);
  rest->remove_prefix(std::min(at + 1, rest->size()));
  return part;
}

// Whether a file system can have this beside what is there: names are names, and nothing is a file
// and a folder.
bool CanStand(const std::string& path, bool is_folder, const test::Files& files,
              const std::set<std::string>& folders) {
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string name = path.substr(at, end - at);
    if (name.empty() || name == "." || name == "..") return false;
    if (files.count(path.substr(0, end)) != 0) return false;
    at = end + 1;
  }
  const auto is_below = [&](const auto& found, const auto& all, const auto& path_of) {
    return found != all.end() && path_of(*found).starts_with(path + "/");
  };
  return is_folder ||
         (folders.count(path) == 0 &&
          !is_below(files.lower_bound(path + "/"), files, [](auto& one) { return one.first; }) &&
          !is_below(folders.lower_bound(path + "/"), folders, [](auto& one) { return one; }));
}

void TakeObjects(Slice lines, test::Files* files, std::set<std::string>* folders) {
  while (!lines.empty()) {
    Slice line = Cut(&lines, '\n');
    std::string path = std::string("fs/tree/").append(Cut(&line, '='));
    const bool is_folder = path.ends_with('/');
    if (is_folder) path.pop_back();
    if (!CanStand(path, is_folder, *files, *folders)) continue;
    if (is_folder) {
      folders->insert(path);
    } else {
      (*files)[path] = line;
    }
  }
}

void CheckTree(uint8_t choices, const test::Files& files, const std::set<std::string>& folders) {
  const test::MemorySource source(files, folders);
  const auto sorter_options = [](double) { return SorterOptions(); };
  TreeInput input(source, {});
  TreeFindings findings;
  Nothing differences;
  Progress progress;
  EncodeOptions options;
  options.choices.fs_trust_content = (choices & 1) != 0;
  options.choices.ignore_extra = (choices & 2) != 0;
  options.choices.strict = (choices & 4) != 0;
  const Manifest manifest;
  EncodeReport report;
  FsmWriter writer(-1, "", {7000, false, false});
  const EncodeRun run{options,  manifest,    7000,     input,
                      findings, differences, progress, sorter_options};
  Require(WriteRows(run, writer, &report).ok());
  const Result<WrittenFsm> written = writer.Finish();
  Require(written.ok());
  if (!findings.HasErrors() && files.count("fs/inodes.jsonl") != 0) Require(written->rows >= 3);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Slice rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  test::Files files;
  std::set<std::string> folders{"fs/tree"};
  files["fs/inodes.jsonl"] = Cut(&rest, '\0');
  files["fs/KEYMAP.jsonl"] = Cut(&rest, '\0');
  TakeObjects(Cut(&rest, '\0'), &files, &folders);
  CheckTree(data[0], files, folders);
  return 0;
}
