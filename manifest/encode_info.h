// `<snapshot>.encode_info.json` (spec 07 chapter 7): what `encode` writes beside a snapshot, so
// that a restore can tell that these bytes are the ones that were encoded and tested.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

inline constexpr Slice kEncodeInfoSuffix = ".encode_info.json";
inline constexpr size_t kMaxEncodeInfoBytes = size_t{1} << 20;
// The form of keys and rows that encoders of today write; a restore refuses any other.
inline constexpr uint64_t kEncoderKeyFormatVersion = 1;

struct EncodeInfo {
  std::string encoder_version;  // "dev" is written for an empty one
  uint64_t encoder_key_format_version = kEncoderKeyFormatVersion;
  std::string wall_time_iso;  // RFC 3339, UTC
  // As given on the command line. Bytes that are not UTF-8 are written as U+FFFD.
  std::string input_root;
  std::string output_fsm_path;
  std::string output_fsm_sha256;  // 64 hex digits, of the row stream: no header and no footer
  uint64_t last_commit_ts = 0;    // HLC of every row
  bool last_commit_ts_overridden = false;
  uint64_t manifest_last_commit_ts = 0;  // HLC
  std::string manifest_cluster_id;       // omitted when empty
  // Written in the order redis, dynamodb, s3, sqs, rawkv, fs, unknown, then other names as given.
  std::vector<std::string> adapters_enabled;
  bool self_test_ran = false;
  bool self_test_matched = false;
  // Ours, last, omitted when empty or absent: 64 hex digits of the whole file (there is none of a
  // bare row stream), and the raft index of the snapshot that the tree was decoded from.
  std::string output_file_sha256;
  std::optional<uint64_t> manifest_snapshot_index;
};

// The file's text, with its final newline.
std::string EncodeInfoText(const EncodeInfo& info);

// Reads what EncodeInfoText() or the Go encoder wrote. Only `format_version` and
// `output_fsm_sha256` must be there: a version of 0 and a test that did not run stand for what is
// missing, and the restore has its say on them. "EncodeInfoInvalid" without a place.
Result<EncodeInfo> ParseEncodeInfo(Slice text);

}  // namespace snaptree
