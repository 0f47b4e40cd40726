// MANIFEST.json (spec 07 chapter 4): what a tree is, where it came from, and where every row of the
// input went.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

inline constexpr Slice kManifestFileName = "MANIFEST.json";
// How small records stand in a tree: each as a file, or as lines of a few files (spec 08).
inline constexpr Slice kPerItemLayout = "per-item";
inline constexpr Slice kJsonlLayout = "jsonl";

// Each row of the input is in exactly one class (spec 06 chapter 8, 00 decision 16). Units: rows.
struct RowClasses {
  uint64_t total = 0;
  uint64_t emitted = 0;
  uint64_t older_version = 0;
  uint64_t tombstone = 0;
  uint64_t expired = 0;
  uint64_t derived_index = 0;
  uint64_t operational = 0;
  uint64_t transactional = 0;
  uint64_t excluded = 0;
  uint64_t unknown = 0;
  uint64_t damaged = 0;

  uint64_t Sum() const;  // of all classes
};

// The classes with the names that documents give them, in the order of documents.
struct RowClass {
  const char* name;
  uint64_t RowClasses::*rows;
};
inline constexpr RowClass kRowClasses[] = {
    {"emitted", &RowClasses::emitted},
    {"older_version", &RowClasses::older_version},
    {"tombstone", &RowClasses::tombstone},
    {"expired", &RowClasses::expired},
    {"derived_index", &RowClasses::derived_index},
    {"operational", &RowClasses::operational},
    {"transactional", &RowClasses::transactional},
    {"excluded", &RowClasses::excluded},
    {"unknown", &RowClasses::unknown},
    {"damaged", &RowClasses::damaged},
};

struct ManifestInput {
  std::string path;
  std::string format;  // magic names joined by '+': "EKVTHLC1+EKVPBBL1"
  uint64_t bytes = 0;
  std::optional<uint32_t> crc32c;  // of the verified footer
  std::optional<uint64_t> snapshot_index;
  uint64_t last_commit_ts = 0;
  std::optional<uint64_t> hlc_ceiling_ms;
};

// An adapter that was selected and decoded. Names are sorted by bytes when written; those that are
// not UTF-8 are left out.
struct ManifestAdapter {
  std::vector<std::string> tables;
  std::vector<std::string> buckets;
  std::vector<uint32_t> databases;
  std::vector<std::string> queues;
};

struct Manifest {
  std::string elastickv_version;  // omitted when empty
  std::string cluster_id;         // omitted when empty
  std::optional<uint64_t> snapshot_index;
  uint64_t last_commit_ts = 0;  // HLC; omitted when 0
  std::string wall_time_iso;    // RFC 3339, UTC
  // A dump of a running cluster, taken at this HLC ("phase1-live-pinned", spec 07 chapter 11). Only
  // read, never written.
  std::optional<uint64_t> live_read_ts;
  std::string fsm_path;
  std::string fsm_crc32c;  // 8 lower-case hex digits; omitted when empty
  // By name: dynamodb, s3, redis, sqs, rawkv, fs. Written in that order.
  std::map<std::string, ManifestAdapter> adapters;
  bool include_incomplete_uploads = false;
  bool include_orphans = false;
  bool preserve_sqs_visibility = false;
  bool include_sqs_side_records = false;
  bool rename_s3_collisions = false;
  bool dynamodb_jsonl = false;
  bool jsonl = false;  // all small records are lines (spec 08): the member snaptree.layout

  // The "snaptree" member, ours, last. With an empty version the whole member is left out
  // (--no-extensions): the text is then what the Go tools write.
  std::string snaptree_version;
  std::vector<ManifestInput> inputs;
  uint64_t read_ts = 0;      // HLC of the view
  bool read_latest = false;  // each of several inputs was read at its own end; omitted when false
  RowClasses rows;
  uint64_t losses = 0;
  std::vector<std::string> extensions;  // tree paths of ours, sorted when written
};

// The file's text, with its final newline.
std::string ManifestText(const Manifest& manifest);

// Reads what ManifestText() or the Go tools wrote. Of the member "snaptree" only version, layout
// and read_ts are read: the rest tells of the run that made the tree. "ManifestInvalid",
// "ManifestUnsupported", without a place.
Result<Manifest> ParseManifest(Slice text);

// As of when the records of a tree are (HLC): --at, the time of a dump of a running cluster, or the
// newest commit. 0: not known.
uint64_t ReadTimestampOf(const Manifest& manifest);

}  // namespace snaptree
