// Builds raft data directories around snapshots, so that nodes boot from them (spec 01 chapter 13).
//
// A snapshot with ENCODE_INFO beside it is an encoded image: a *logical* restore, with the guards
// of section 13.2. Any other is what a node left: a *physical* one, every byte before the footer is
// kept (13.3; 00 decision 24). The directory appears complete or not at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "restore/raft_artefacts.h"

#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "formats/container.h"

namespace snaptree {

// One raft group: its snapshot and its members.
struct RestoreGroup {
  std::string input;  // a snapshot file, or a raft data directory
  // Given: the directory is `group-<id>` in data_dir. REQUIRES: all groups have one or there is one
  // group without.
  std::optional<uint64_t> id;
  std::vector<RaftPeer> peers;
};

struct RestoreOptions {
  std::vector<RestoreGroup> groups;
  std::string data_dir;

  // For all groups. Default: the index in the name of the snapshot, of the one that an image was
  // encoded from (else 1), or that the snapshot's rows tell; the term in its `.snap` file, else 1.
  std::optional<uint64_t> index;
  std::optional<uint64_t> term;

  std::string encode_info;      // empty: beside the snapshot. REQUIRES when set: one group
  bool no_encode_info = false;  // physical, whatever stands beside
  std::string target_cluster_id;
  bool fresh_cluster = false;
  bool allow_missing_cluster_id = false;
  bool allow_unverified_self_test = false;
  bool drop_applied_index = false;

  std::string offload_manifest;  // of the payload that is restored; empty: none
  bool dry_run = false;          // all checks, nothing written
  std::string scratch_folder;    // for unpacking; empty: beside data_dir
  Progress* progress = nullptr;
};

struct RestoredGroup {
  std::optional<uint64_t> id;
  std::string directory;
  ContainerInfo input;
  bool logical = false;
  std::string cluster_id;  // of ENCODE_INFO; empty when unknown
  RaftPosition position;
  std::vector<RaftPeer> peers;  // ascending by node id
  uint64_t rows = 0;
  uint64_t last_commit_ts = 0;             // HLC
  std::optional<uint64_t> applied_index;   // of the snapshot
  bool applied_index_dropped = false;      // its row is not in the new file
  std::optional<uint64_t> hlc_ceiling_ms;  // of the new file
  uint64_t fsm_bytes = 0;                  // of the new file
  uint32_t fsm_crc32c = 0;                 // its footer
};

struct RestoreReport {
  std::vector<RestoredGroup> groups;
  Findings findings;
};

// Usage errors: "PeersInvalid", "TargetExists", "RestorePrepExists", "IndexMissing",
// "OutputInsideInput", "NotFound", "SeveralGroups". Data errors: those of opening and scanning,
// "ImageInvalid", "EncodeInfoInvalid", "EncodeInfoMismatch", "KeyFormatMismatch",
// "SelfTestMissing", "ClusterMismatch", "IndexTooLow", "HlcOverflow", "UnsafePath". Environment:
// "NoSpace", "RestoreRunning", "ChangedWhileReading", "Io", "Permission".
Result<RestoreReport> Restore(const RestoreOptions& options);

}  // namespace snaptree
