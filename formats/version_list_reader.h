// Walks the payload of an EKVMVCC2 snapshot once, front to back, with the checksums of all bytes
// that go by (spec 01 chapter 4).
#pragma once

#include <cstdint>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

inline constexpr uint64_t kVersionListCrcAt = 12;  // in the payload

struct VersionListHeader {
  uint32_t crc32 = 0;  // IEEE, of what follows it in the payload
  uint64_t last_commit_ts = 0;
  uint64_t min_retained_ts = 0;
};

// One version of a user key. Views live until the next call.
struct ListedVersion {
  Slice user_key;
  uint64_t commit_ts = 0;
  bool tombstone = false;
  uint64_t expire_at = 0;
  uint64_t value_position = 0;  // in the file
  uint64_t value_size = 0;
  Slice value;  // all of it when it is small, else empty
};

class VersionListReader {
 public:
  // Values up to this size are given with their version.
  static constexpr size_t kSmallValueBytes = 512;

  // The payload's magic stands at `begin`; what is before `end` is read.
  VersionListReader(const InputFile& file, uint64_t begin, uint64_t end);

  // "PayloadTruncated", "VersionListsVersion".
  Result<VersionListHeader> ReadHeader();
  // The next version, or false behind the last one. "RowLength", "PayloadTruncated",
  // "VersionOrder", "RowOrder", "RowDuplicate", "RowReserved".
  Result<bool> Next(ListedVersion* version);

  // Behind the last entry that was read to its end.
  uint64_t entries_end() const { return entries_end_; }
  // Of that entry.
  const std::string& last_whole_key() const { return last_whole_key_; }
  // REQUIRES: Next() has said false. CRC32 of the entries and what the header's covers; CRC32C of
  // the file's bytes before entries_end().
  uint32_t crc32() const { return crc32_; }
  uint32_t crc32c() const { return crc32c_; }

 private:
  uint64_t position() const { return window_offset_ + begin_; }
  uint64_t left() const { return end_ - position(); }
  size_t available() const { return buffer_.size() - begin_; }
  Status Fill(size_t n);
  void CountTaken();
  Status Skip(uint64_t n);
  Result<bool> NextEntry();
  Status CheckNoMetadata(uint64_t commit_ts, uint64_t at) const;
  Status CheckKeyOrder(Slice key) const;
  Status TakeLength(const char* what, uint64_t limit, uint64_t unit, uint64_t* length);
  Status Cut(const char* what) const;

  const InputFile& file_;
  uint64_t payload_;  // where its magic stands
  uint64_t end_;
  std::string buffer_;  // file bytes from window_offset_ on; those before begin_ are taken
  uint64_t window_offset_ = 0;
  size_t begin_ = 0;
  size_t counted_ = 0;  // bytes of the buffer that are in the checksums
  uint32_t crc32_ = 0;
  uint32_t crc32c_ = 0;

  std::string key_;
  bool any_entry_ = false;
  uint64_t versions_left_ = 0;
  bool any_version_ = false;  // of this entry
  uint64_t before_ts_ = 0;
  uint64_t value_left_ = 0;  // of a large value: stepped over before the next version
  uint64_t entry_begin_ = 0;
  uint64_t entries_end_ = 0;
  std::string last_whole_key_;
};

}  // namespace snaptree
