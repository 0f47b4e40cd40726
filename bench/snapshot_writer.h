// Writes one `.fsm` file: EKVTHLC1 header, EKVPBBL1 row stream, CRC32C footer.
//
// It shares no code with the product on purpose: were both wrong about the format in the same way,
// no benchmark would notice.
//
// The first error sticks, everything after it does nothing, and Finish() tells it. A regular
// file that was not finished is removed. Memory: one buffer and two keys. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace snaptree::bench {

// Hybrid logical clock: Unix milliseconds in the upper 48 bits, a counter in the lower 16.
inline constexpr uint64_t kLastCommitMs = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
inline constexpr uint64_t kLastCommitTs = kLastCommitMs << 16 | 7;

class SnapshotWriter {
 public:
  // Creates or replaces the file. No row may have a commit timestamp above last_commit_ts.
  SnapshotWriter(std::string path, uint64_t last_commit_ts);
  ~SnapshotWriter();
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  // One version of a user key. Raw keys (user key and inverted timestamp) must ascend strictly.
  void PutVersion(std::string_view user_key, uint64_t commit_ts, std::string_view body);
  void PutTombstone(std::string_view user_key, uint64_t commit_ts);
  // The store's own `_meta_*` rows, which have no version. They sort after all families that
  // begin with '!', and before keys that begin with a letter in lower case.
  void PutStoreMetadata();

  // Writes the footer and closes the file. Empty when all went well.
  [[nodiscard]] std::string Finish();

  uint64_t rows() const { return rows_; }
  uint64_t bytes() const { return bytes_; }

 private:
  void PutMvccRow(std::string_view user_key, uint64_t commit_ts, char flags, std::string_view body);
  void PutRawRow(std::string_view value_header, std::string_view body);  // the row's key is key_
  void Append(std::string_view bytes);
  void AppendLe64(uint64_t value);
  void Flush();
  void Fail(std::string message);

  const std::string path_;
  const uint64_t last_commit_ts_;
  int fd_ = -1;
  std::unique_ptr<char[]> buffer_;
  size_t used_ = 0;
  uint32_t crc_ = ~uint32_t{0};  // register of CRC32C, before the final inversion
  std::string key_;
  std::string previous_key_;
  uint64_t rows_ = 0;
  uint64_t bytes_ = 0;
  std::string error_;
};

}  // namespace snaptree::bench
