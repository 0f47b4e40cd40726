// Snapshot to tree, as a library call: no terminal, no option parsing.
//
// Open (formats/open_input.h), scan (formats/scan.h), then each adapter reads its families and
// writes records into a sink; MANIFEST.json and CHECKSUMS come last; publishing is one rename.
// Every row of the input ends in exactly one class.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/common/address_filter.h"
#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "decode/damaged_rows.h"
#include "formats/container.h"
#include "formats/family_table.h"
#include "formats/open_input.h"
#include "manifest/manifest.h"
#include "tree/archive_output.h"
#include "tree/tree_sink.h"

namespace snaptree {

struct DecodeContext;
struct DecodeReport;
struct ScanResult;

struct DecodeOptions {
  // Paths, or "-": one input, or one of each raft group of a cluster.
  std::vector<std::string> inputs;
  std::string output;  // the tree's root; ignored with dry_run
  // The output is an archive (tree/archive_sink.h). Records are then made on one thread, so that
  // the same input gives the same bytes: entries stand in the order in which they are written.
  // Hashing and compression have threads of their own.
  std::optional<ArchiveForm> archive;
  // With archive: takes it instead of `output`, piece by piece, while it is made. After an error it
  // has no end mark.
  std::function<Status(Slice piece)> take_output;
  std::vector<std::string> adapters;  // names of AdapterName(); empty: all that can be decoded
  std::optional<uint64_t> at;         // read timestamp (HLC)
  bool latest = false;                // read each of several inputs at its own end
  bool apply_unresolved = false;      // transactions without a known decision count as committed
  bool force = false;    // replace an existing output; read before the retention window
  InputChoice input;     // the same for all inputs
  bool strict = false;   // any loss is an error, and there is no output
  bool salvage = false;  // go on past damage, write SALVAGE.json
  bool dry_run = false;  // everything but writing
  // With dry_run: makes the sink that is given the tree. Empty: nobody looks at it.
  std::function<std::unique_ptr<TreeSink>()> make_sink;
  bool bare_rows_as_redis = false;  // --bare-rows=redis (spec 00 decision 1)
  AddressFilterOptions filter;      // --include, --exclude, --files-from
  bool extensions = true;           // false: only what the Go tools write (--no-extensions)
  // Small records as lines of a few files (spec 08): of all adapters, of DynamoDB.
  bool jsonl = false;
  bool dynamodb_jsonl = false;
  uint64_t bundle_bytes = uint64_t{64} << 20;  // of one such file
  // S3 (spec 04 section 5.8).
  bool include_incomplete_uploads = false;
  bool include_orphans = false;  // of fs too
  bool rename_s3_collisions = false;
  bool check_etags = true;
  // SQS (spec 05 chapter 5).
  bool preserve_sqs_visibility = false;
  bool include_sqs_side_records = false;
  std::string cluster_id;  // for MANIFEST.json
  std::optional<uint64_t> snapshot_index;
  unsigned threads = 1;
  // Work is shared out among threads in pieces of at least so many bytes of rows.
  uint64_t least_piece_bytes = uint64_t{1} << 20;
  uint64_t memory_bytes = uint64_t{512} << 20;
  std::string scratch_folder;     // empty: beside the output
  std::vector<std::string> keep;  // files that replacing the output must not delete: a log
  Progress* progress = nullptr;
  // Called between the scan and the first file, when what the input holds is known and nothing that
  // takes long has begun. May be empty.
  std::function<void(const ScanResult& scan)> before_writing;
  // Called when all records were made, for a second look at the rows that they were made from. What
  // it books and finds in the context is not part of the run. May be empty.
  std::function<Status(const DecodeContext& context, const DecodeReport& report)> look_again;
};

// Where the rows of one adapter went, for the table that a run prints. The sums of all rows stand
// in RowClasses.
struct AdapterReport {
  std::string name;      // "redis", ..., "internal", "unknown"
  bool decoded = false;  // false: not selected, or no adapter ("internal")
  uint64_t records = 0;  // keys, objects, items written
  RowClasses rows;
  std::vector<std::string> scopes;  // names of tables, buckets, queues
};

struct DecodedInput {
  ContainerInfo info;
  SalvageReport salvage;
};

struct DecodeReport {
  std::vector<DecodedInput> inputs;
  std::string output;
  RowClasses rows;                      // adds up: rows.Sum() == rows.total
  uint64_t newer_than_at = 0;           // of rows.excluded
  std::vector<AdapterReport> adapters;  // by AdapterId
  std::vector<DamagedRecord> damaged;   // the first 1000, in the order of their keys
  uint64_t losses = 0;                  // records that could not be brought out whole
  Findings findings;
  TreeTotals tree;
  std::optional<uint64_t> archive_bytes;  // when one was written
  uint64_t records = 0;
  std::vector<AddressFilter::Unmatched> unmatched;  // patterns that stand for no record
  std::vector<std::string> extensions;  // files and folders of the tree that only snaptree knows
  uint64_t read_ts = 0;
  uint64_t last_commit_ts = 0;

  // 0 or 3 (spec 00 decision 8): what the report lists decides.
  bool complete() const;
  bool salvaged() const;         // an input was damaged
  uint64_t input_bytes() const;  // of all inputs, uncompressed
};

Result<DecodeReport> Decode(const DecodeOptions& options);

}  // namespace snaptree
