// The recorded node of testdata/node1, decoded once for all golden tests of a program. For programs
// that link all libraries.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "decode/decoder.h"
#include "tests/support/temp_folder.h"
#include "tests/support/unzstd.h"

namespace snaptree::test {

inline std::string Node1(const std::string& name) {
  return std::string(SNAPTREE_TESTDATA_DIR) + "/node1/" + name;
}
inline std::string Node1Snapshot() { return Node1("0000000000000ed9.fsm.zst"); }

// The tree that default options make, and what the run said.
struct DecodedNode1 {
  TempFolder folder;
  std::string tree;
  DecodeReport report;
};
inline const DecodedNode1& DefaultTree() {
  static DecodedNode1 node;
  if (!node.tree.empty()) return node;
  DecodeOptions options;
  options.inputs = {Node1Snapshot()};
  options.output = node.folder / "tree";
  Result<DecodeReport> report = Decode(options);
  if (!report.ok()) throw std::runtime_error(report.status().Message());
  node.report = *std::move(report);
  node.tree = options.output;
  return node;
}

// Runs a script of tests/golden with python3; its exit status.
inline int RunScript(const std::string& name, const std::string& arguments) {
  const std::string command = std::string("LC_ALL=C python3 '") + SNAPTREE_TESTDATA_DIR +
                              "/../tests/golden/" + name + "' " + arguments;
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// truth/<name>.zst, unpacked into `folder`; its path.
inline std::string UnpackTruth(const std::string& name, const TempFolder& folder) {
  const std::string path = folder / name;
  WriteWholeFile(path, Unzstd(ReadWholeFile(Node1("truth/" + name + ".zst"))));
  return path;
}

}  // namespace snaptree::test
