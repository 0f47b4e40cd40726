// What an encoding adapter is given. An adapter knows what records mean and which rows a live node
// keeps for them; it does not know where the tree is stored or what becomes of its rows.
//
// Wrong data is collected, not fatal: TreeFindings::TakeError() says what to do with an error.
// Errors name the path within the tree (At) and, in files of lines, "line N" (Address).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "adapters/common/row_writer.h"
#include "adapters/common/tree_findings.h"
#include "base/external_sorter.h"
#include "base/progress.h"
#include "base/worker_pool.h"
#include "manifest/manifest.h"
#include "tree/tree_input.h"

namespace snaptree {

// Files that will not come out of the encoded snapshot as they stand in the tree, because the
// adapter mended or completed what it read and said so. The self-test does not count them as
// mismatches. Thread-safe.
class ExpectedDifferences {
 public:
  virtual ~ExpectedDifferences() = default;
  // A path of the tree, as it is read or as it will be written.
  virtual Status Add(Slice path) = 0;
};

struct EncodeContext {
  TreeInput& input;
  RowWriters& rows;
  TreeFindings& findings;
  ExpectedDifferences& differences;
  const Manifest& manifest;  // of the tree
  uint64_t commit_ts;        // T: HLC of every row
  WorkerPool& workers;
  // Options for a sorter that may use `share` of the memory budget (all shares in use at a time add
  // up to 1 at most).
  std::function<SorterOptions(double share)> sorter_options;
  uint64_t memory_bytes;
  Progress& progress;
  bool ignore_extra = false;  // files that nobody asked for are warnings, not errors
  bool strict = false;        // names that are not what they would be are errors
};

struct EncodeTotals {
  uint64_t records = 0;  // keys, items, objects, messages, files, rows
  void Add(const EncodeTotals& other) { records += other.records; }
};

// A file or folder that does not belong where it stands: "UnexpectedFile", or with --ignore-extra a
// warning. What editors and file managers leave is named as such.
Status UnexpectedFile(const EncodeContext& context, Slice path, const std::string& expected);
// The same for what a listing gave: of a link or a special file it is said what is wrong with it.
Status UnexpectedEntry(const EncodeContext& context, Slice path, EntryKind kind,
                       const std::string& expected);
// The same for who has no context.
Status TakeUnexpectedFile(TreeFindings* findings, bool ignore_extra, Slice path,
                          const std::string& expected);

}  // namespace snaptree
