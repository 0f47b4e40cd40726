// Writes a snapshot as the encoder makes it (spec 01 chapter 12): an EKVPBBL1 row stream, all rows
// at one commit timestamp, by default as a complete `.fsm` with EKVTHLC1 header and CRC32C footer.
//
//   FsmWriter writer(fd, path, options);
//   Begin(); { BeginRow(...); Append(...)... } ...; Finish();
//
// Checksums are made on the way, on threads of their own when there are some. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/sha256.h"
#include "base/slice.h"

namespace snaptree {

// (commit_ts >> 16) + 1, 0 for 0: what a restored node may take for the time (spec 07 section 8.2).
uint64_t HlcCeilingMs(uint64_t commit_ts);
// Whether a node can load rows of this timestamp: its ceiling must fit.
bool HasHlcCeiling(uint64_t commit_ts);

struct FsmWriterOptions {
  uint64_t commit_ts = 0;     // HLC of the header and of every row
  bool payload_only = false;  // without header and footer
  bool hash_behind = false;   // SHA-256 on threads of its own
};

struct WrittenFsm {
  uint64_t rows = 0;
  uint64_t bytes = 0;  // of the file
  Sha256Digest payload_sha256{};
  Sha256Digest file_sha256{};  // of the whole file
  uint32_t crc32c = 0;         // of the footer; of the payload when there is none
};

class FsmWriter {
 public:
  // fd < 0: nothing is written, everything is counted. `path` is for messages.
  FsmWriter(int fd, std::string path, FsmWriterOptions options);
  ~FsmWriter();
  FsmWriter(const FsmWriter&) = delete;
  FsmWriter& operator=(const FsmWriter&) = delete;

  Status Begin();
  // REQUIRES: raw keys ascend. body_bytes bytes must follow by Append().
  Status BeginRow(Slice user_key, uint64_t body_bytes, uint64_t expire_at);
  Status Append(Slice bytes);
  Result<WrittenFsm> Finish();

  uint64_t bytes() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree
