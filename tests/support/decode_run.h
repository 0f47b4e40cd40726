// Whole runs of Decode() into folders, for tests.
#pragma once

#include <filesystem>
#include <string>

#include "decode/decoder.h"
#include "tests/support/memory_tree.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {

// What is really on disk below `root`: regular files by path; a folder that holds nothing is
// "path/".
inline Files ReadTree(const std::string& root) {
  Files files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string path = entry.path().lexically_relative(root);
    if (entry.is_regular_file()) files[path] = ReadWholeFile(entry.path());
    if (entry.is_directory() && std::filesystem::is_empty(entry.path())) files[path + "/"] = "";
  }
  return files;
}

// One run into a folder of its own: "in.fsm" and "out" stand in it.
class DecodeRun {
 public:
  explicit DecodeRun(const std::string& bytes) {
    options.inputs = {folder_ / "in.fsm"};
    options.output = folder_ / "out";
    WriteWholeFile(options.inputs[0], bytes);
  }
  explicit DecodeRun(const SnapshotBuilder& snapshot) : DecodeRun(snapshot.Bytes()) {}

  DecodeOptions options;

  // REQUIREs that rows add up, whatever they are. Throws on an error.
  DecodeReport Run() {
    Result<DecodeReport> report = Decode(options);
    if (!report.ok()) throw std::runtime_error(report.status().Message());
    if (report->rows.Sum() != report->rows.total) throw std::runtime_error("rows do not add up");
    return *std::move(report);
  }
  // The error of a run that must fail, and must leave nothing behind but what was there before.
  Status Fail() {
    const Files before = Everything();
    Result<DecodeReport> report = Decode(options);
    if (report.ok()) throw std::runtime_error("the run did not fail");
    if (Everything() != before) throw std::runtime_error("the run left something behind");
    return report.status();
  }

  std::string folder() const { return folder_.path(); }
  // The output without MANIFEST.json and CHECKSUMS.
  Files Data() const {
    Files files = ReadTree(options.output);
    files.erase("MANIFEST.json");
    files.erase("CHECKSUMS");
    return files;
  }
  std::string Manifest() const { return ReadWholeFile(options.output + "/MANIFEST.json"); }
  // CHECKSUMS without the line of MANIFEST.json, which tells the time of the run.
  std::string Checksums() const {
    std::string text = ReadWholeFile(options.output + "/CHECKSUMS");
    const size_t name = text.find("  MANIFEST.json\n");
    if (name == std::string::npos) throw std::runtime_error("CHECKSUMS without MANIFEST.json");
    const size_t line = text.rfind('\n', name) + 1;  // 0 when it is the first
    return text.erase(line, text.find('\n', name) + 1 - line);
  }
  Files Everything() const { return ReadTree(folder_.path()); }

 private:
  TempFolder folder_;
};

inline const Finding* FindingOf(const DecodeReport& report, const std::string& code) {
  const auto found = report.findings.by_code().find(code);
  return found == report.findings.by_code().end() ? nullptr : &found->second;
}

// The number behind `"name": ` in MANIFEST.json and the like; names are unique from `after` on.
inline uint64_t JsonNumber(const std::string& text, const std::string& name,
                           const std::string& after = "") {
  const size_t from = text.find(after);
  const size_t at = text.find("\"" + name + "\": ", from);
  if (from == std::string::npos || at == std::string::npos) throw std::runtime_error("no " + name);
  return std::stoull(text.substr(at + name.size() + 4));
}

}  // namespace snaptree::test
