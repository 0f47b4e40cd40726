// Builds EKVMVCC2 payloads (spec 01 chapter 4) for tests. Nothing is checked: what is asked for is
// written, in the order in which it is asked for. The layout is written down here once more, apart
// from formats/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/checksum.h"
#include "base/coding.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

// CRC32 (IEEE), bit by bit.
inline uint32_t SlowCrc32(Slice bytes) {
  uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<uint8_t>(c);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

class VersionListBuilder {
 public:
  VersionListBuilder(uint64_t last_commit_ts, uint64_t min_retained_ts) {
    AppendLe64(&entries_, last_commit_ts);
    AppendLe64(&entries_, min_retained_ts);
  }

  VersionListBuilder& Key(Slice key, uint64_t versions) {
    AppendLe64(&entries_, key.size());
    entries_.append(key);
    AppendLe64(&entries_, versions);
    key_ = key;
    return *this;
  }
  VersionListBuilder& Version(uint64_t ts, Slice body, uint64_t expire_at = 0,
                              uint8_t tombstone = 0) {
    AppendLe64(&entries_, ts);
    entries_ += static_cast<char>(tombstone);
    AppendLe64(&entries_, expire_at);
    AppendLe64(&entries_, body.size());
    entries_.append(body);
    rows_.push_back({RawKey(key_, ts), StoredValue(body, expire_at, tombstone != 0 ? 1 : 0)});
    return *this;
  }
  VersionListBuilder& Tombstone(uint64_t ts) { return Version(ts, "", 0, 1); }
  VersionListBuilder& Raw(Slice bytes) {
    entries_.append(bytes);
    return *this;
  }

  std::string Bytes(uint32_t version = 1) const {
    std::string bytes("EKVMVCC2");
    for (const uint32_t number : {version, SlowCrc32(entries_)}) {
      for (int i = 0; i < 4; ++i) bytes += static_cast<char>(number >> (8 * i));
    }
    return bytes + entries_;
  }
  // What a reader has to make of it, in the order of raw keys.
  std::vector<StoredRow> Rows() const {
    std::map<std::string, std::string> sorted;
    for (const StoredRow& row : rows_) sorted.emplace(row.key, row.value);
    std::vector<StoredRow> rows;
    rows.reserve(sorted.size());
    for (const auto& [key, value] : sorted) rows.push_back({key, value});
    return rows;
  }

 private:
  std::string entries_;
  std::string key_;
  std::vector<StoredRow> rows_;
};

inline std::string FsmHeader1(uint64_t ceiling_ms) {
  std::string header("EKVTHLC1");
  AppendBe64(&header, ceiling_ms);
  return header;
}

inline std::string WithFooter(std::string bytes) {
  AppendBe32(&bytes, Crc32c(bytes));
  return bytes;
}

}  // namespace snaptree::test
