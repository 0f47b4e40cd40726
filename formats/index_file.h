// What a scan has learned of a snapshot, kept in a file for the next time (--index FILE): the scan
// of a large file takes seconds, reading this milliseconds.
//
//   "STINDEX\n"    8 bytes
//   u32            version of the layout
//   u64            size of the body
//   body           identity of the snapshot, then the scan result; integers big-endian, texts and
//                  lists with their length (u64) before them
//   32 bytes       SHA-256 of all before
//
// A file that is not whole, or is of another snapshot, version or read timestamp, is as good as
// none. Nothing in it is trusted further than its checksum and the ranges of its numbers go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "formats/open_input.h"
#include "formats/scan.h"

namespace snaptree {

// What must be the same for an index to be of use.
struct SnapshotIdentity {
  uint64_t file_bytes = 0;   // of the file as it stands there, packed or not
  uint64_t modified_ns = 0;  // Unix
  uint64_t bytes = 0;        // unpacked
  uint32_t end = 0;          // its last 4 bytes: the checksum of a whole snapshot
  std::string format;        // magics
  std::optional<uint64_t> at;

  bool operator==(const SnapshotIdentity& other) const = default;
};

// nullopt: the input is no file that can be recognised (standard input).
Result<std::optional<SnapshotIdentity>> IdentityOf(const OpenedInput& input,
                                                   std::optional<uint64_t> at);

struct IndexedScan {
  ScanResult scan;
  std::optional<uint32_t> crc32c;  // that the scan verified
};

// nullopt: there is none, or it is of no use. "NotAnIndex" (usage): another file stands there,
// which must not be replaced; errors of reading.
Result<std::optional<IndexedScan>> ReadIndex(const std::string& path,
                                             const SnapshotIdentity& identity, Extent rows);

// Appears whole or not at all.
Status WriteIndex(const std::string& path, const SnapshotIdentity& identity,
                  const IndexedScan& indexed);

}  // namespace snaptree
