// Encodes a tree in memory into rows in memory: the adapters and the writing of a run, without its
// files. Throws when several threads, or sorters that spill every record, make other rows or
// another report: no test has to ask for it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "encode/encoder.h"

#include "tests/support/memory_tree.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

// Paths, threads and memory of EncodeOptions count for nothing here. Without a manifest: T 7000,
// all adapters, no exclusions, written by snaptree.
struct EncodeFilesOptions : EncodeOptions {
  uint64_t commit_ts = 7000;
  Manifest manifest;
  std::set<std::string> folders;  // that hold nothing
  EncodeFilesOptions() { manifest.snaptree_version = "test"; }
};

struct EncodedRows {
  std::string snapshot;                     // the file's bytes, when there are no errors
  std::map<std::string, std::string> rows;  // user key to body
  std::vector<StoredRow> raw;               // as they stand in the file
  std::vector<std::string> errors;          // "Code path" or "Code path: line N"
  std::vector<Status> statuses;             // the same, whole
  std::set<std::string> differences;        // paths that will come out differently
  EncodeReport report;

  // "" when there is none, else "note 3" or "warning 3".
  std::string finding(const std::string& code) const;
  std::vector<std::string> findings() const;  // "note code 1"
};

EncodedRows EncodeFiles(const Files& files, const EncodeFilesOptions& options = {});

}  // namespace snaptree::test
