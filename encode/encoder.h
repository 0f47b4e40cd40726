// Tree to snapshot, as a library call: no terminal, no option parsing.
//
// Read MANIFEST.json, let each adapter turn its folder into rows, sort them, write the snapshot
// under a temporary name, compare what was read with CHECKSUMS, decode the result again and compare
// (spec 07 chapter 8); publishing is one rename. All errors of a tree are found in one run, and
// then there is no output.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "formats/fsm_writer.h"
#include "manifest/manifest.h"
#include "tree/archive_limits.h"

namespace snaptree {

// How single adapters read what people made (spec 03 to 06, encoder chapters).
struct EncodeChoices {
  bool strict = false;        // names that are not what they would be are errors
  bool ignore_extra = false;  // unexpected files are warnings
  // DynamoDB (spec 03 chapter 6).
  std::optional<uint64_t> ddb_generation;  // of every table
  bool ddb_drop_empty_sets = false;
  bool skip_invalid_items = false;
  bool skip_bad_index_keys = false;
  bool allow_key_type_mismatch = false;
  // S3 (spec 04 chapter 7).
  bool allow_bare_buckets = false;
  bool use_mtime = false;  // of bodies without a sidecar
  bool drop_incomplete_uploads = false;
  bool check_etags = true;
  // SQS (spec 05 chapter 7).
  std::optional<uint64_t> sqs_generation;  // of every queue
  // Filesystem, raw keys, unknown rows (spec 06).
  bool fs_trust_content = false;
  bool allow_reserved = false;
  bool drop_unknown = false;
};

struct EncodeOptions {
  std::string input;   // a folder or an archive
  std::string output;  // the snapshot file; ignored with dry_run
  // Takes the snapshot, piece by piece, when it is whole and tested; instead of `output`.
  std::function<Status(Slice piece)> take_output;
  std::vector<std::string> adapters;  // names of AdapterName(); empty: all that the tree has
  bool payload_only = false;
  std::optional<uint64_t> last_commit_ts;  // instead of the tree's own; may not be smaller
  bool self_test = true;
  bool check_checksums = true;
  bool allow_hard_links = false;
  bool force = false;
  bool dry_run = false;
  EncodeChoices choices;
  unsigned threads = 1;
  uint64_t memory_bytes = uint64_t{512} << 20;
  ArchiveLimits limits;  // of an archive as input
  std::string scratch_folder;
  std::vector<std::string> keep;  // files that must not be replaced: a log
  Progress* progress = nullptr;
};

struct EncodeAdapterReport {
  std::string name;
  uint64_t records = 0;
};

struct SelfTestReport {
  bool ran = false;
  bool matched = false;
  uint64_t files = 0;          // compared
  uint64_t not_canonical = 0;  // equal but for their formatting or order
  uint64_t expected = 0;       // differ because the encoder mended what it read, and said so
};

struct EncodeReport {
  std::string output;
  Manifest manifest;
  uint64_t commit_ts = 0;
  bool commit_ts_overridden = false;
  std::vector<EncodeAdapterReport> adapters;  // that ran, in the order of the tree's documents
  uint64_t files = 0;                         // read
  uint64_t bytes = 0;                         // read
  WrittenFsm written;
  SelfTestReport self_test;
  Findings findings;
  std::vector<Status> errors;  // of the tree; with one or more there is no output
  uint64_t error_count = 0;    // all of them
  std::string mismatch_file;   // where the differing paths stand, when the self-test failed

  bool good() const { return error_count == 0; }
  // Whether exit code 0 is right.
  bool complete() const { return good() && !findings.HasWarning(); }
  uint64_t records() const;
};

// A Status is an error of the call or the machine; errors of the tree are in the report.
Result<EncodeReport> Encode(const EncodeOptions& options);

}  // namespace snaptree
