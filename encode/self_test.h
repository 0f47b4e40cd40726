// The proof of an encoded snapshot: it is decoded again, and what comes out is compared with what
// was read (spec 07 section 8.4). Files that differ in their bytes are compared by what they say;
// those that differ because the encoder mended what it read were announced by it.
#pragma once

#include <functional>
#include <string>

#include "encode/encoder.h"
#include "encode/expected_differences.h"

#include "adapters/common/tree_findings.h"
#include "tree/checksums_file.h"
#include "tree/tree_input.h"

namespace snaptree {

struct SelfTest {
  const EncodeOptions& options;
  const Manifest& manifest;  // of the tree: tells how to decode
  std::string snapshot;      // path of the encoded one
  TreeInput& read;
  SortedDifferences& differences;
  ChecksumsFile* checksums;  // null: not compared
  TreeFindings& findings;
  Progress& progress;
  std::function<SorterOptions(double share)> sorter_options;
};

// Decodes, compares with CHECKSUMS on the way, and fills *report. Paths that differ go to
// mismatch(line), as `PATH (bytes differ)` and the like, and are "SelfTestMismatch" errors in
// `findings`.
using TakeMismatch = std::function<Status(Slice line)>;
Status RunSelfTest(const SelfTest& test, const TakeMismatch& mismatch, SelfTestReport* report);

}  // namespace snaptree
