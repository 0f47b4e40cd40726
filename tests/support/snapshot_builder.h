// Builds snapshot files in memory for tests: good ones, and ones that are wrong in a chosen place.
//
//   const std::string bytes = SnapshotBuilder()
//                                 .Header1(1767225604000)
//                                 .Put("!redis|str|hello", kT0, "world")
//                                 .Delete("!redis|str|hello", kT1)
//                                 .Metadata("_meta_last_commit_ts", kT1)
//                                 .Bytes();
//
// Without further calls: no FSM header, an EKVPBBL1 payload, rows sorted by raw key, a right
// footer, and the greatest commit timestamp of the rows as the payload's last_commit_ts. Nothing is
// checked: what is asked for is written. The layout is written down here once more, apart from
// formats/, so that a mistake there is seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/slice.h"

namespace snaptree::test {

// The timestamps of the vectors in spec 01 chapter 16: T1 is one second later.
inline constexpr uint64_t kT0 = 0x019b76daa8000007;
inline constexpr uint64_t kT1 = 0x019b76daabe80007;

// The bytes of a hex text. Throws when it is none.
std::string Unhex(Slice hex);

// user_key and the inverted timestamp behind it.
std::string RawKey(Slice user_key, uint64_t commit_ts);
// Value header and body.
std::string StoredValue(Slice body, uint64_t expire_at = 0, uint8_t flags = 0);
// One row as it stands in an EKVPBBL1 stream: both lengths, key and value.
std::string FramedRow(Slice raw_key, Slice stored_value);

struct StoredRow {
  std::string key;    // raw key
  std::string value;  // with its header
  bool operator==(const StoredRow& other) const = default;
};

enum class FooterKind : uint8_t { kRight, kNone, kWrong, kLittleEndian };

class SnapshotBuilder {
 public:
  SnapshotBuilder& Header1(uint64_t ceiling_ms);
  // length: the L of the header; bytes beyond the 16 that are known are filled up with 0xab.
  SnapshotBuilder& Header2(uint64_t ceiling_ms, uint64_t cutover, uint16_t length = 16);
  // Bytes in place of the FSM header.
  SnapshotBuilder& Prefix(Slice bytes);
  SnapshotBuilder& LastCommit(uint64_t ts);

  SnapshotBuilder& Put(Slice key, uint64_t ts, Slice body, uint64_t expire_at = 0,
                       uint8_t flags = 0);
  SnapshotBuilder& Delete(Slice key, uint64_t ts);
  // A raw metadata row: no timestamp behind its key, 8 bytes little-endian.
  SnapshotBuilder& Metadata(Slice name, uint64_t value);
  // A row as it is to stand in the file.
  SnapshotBuilder& Raw(Slice raw_key, Slice stored_value);

  // Rows stay in the order in which they were added.
  SnapshotBuilder& KeepOrder();
  SnapshotBuilder& Footer(FooterKind kind);

  // Rows in the order in which Bytes() writes them.
  std::vector<StoredRow> Rows() const;
  // Where each row begins in Bytes(), and behind them where the last one ends.
  std::vector<size_t> RowOffsets() const;
  std::string Bytes() const;
  // Writes Bytes() to a new file.
  void Write(const std::string& path) const;

 private:
  std::string Head() const;

  std::string header_;
  std::vector<StoredRow> rows_;
  std::optional<uint64_t> last_commit_;
  uint64_t newest_ = 0;
  bool keep_order_ = false;
  FooterKind footer_ = FooterKind::kRight;
};

// One whole zstd frame, and one that unpackers step over.
std::string ZstdFrame(Slice content);
std::string ZstdSkippableFrame(Slice content);

// Bytes as a file that has a path but stands in memory only: quick enough for many thousands of
// them.
class MemoryFile {
 public:
  explicit MemoryFile(Slice bytes);
  const std::string& path() const { return path_; }

 private:
  UniqueFd fd_;
  std::string path_;
};

}  // namespace snaptree::test
