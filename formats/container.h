// An opened input: what it is, its rows, and a cursor that checks every byte on the way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/findings.h"
#include "formats/row.h"

namespace snaptree {

// What a container says of the store beside its rows. It wins over the `_meta_*` rows (spec 01
// chapter 3).
struct StoreMetadata {
  uint64_t min_retained_ts = 0;  // HLC; the greater of the two retention values; 0 = none
  std::optional<uint64_t> applied_index;
};

struct ContainerInfo {
  std::string path;    // as the user gave it (for a data directory: of the file that was chosen)
  std::string format;  // magic names joined by '+': "EKVTHLC1+EKVPBBL1"
  uint64_t bytes = 0;  // of the uncompressed file
  std::optional<uint64_t>
      snapshot_index;  // raft index, from the name `<16 hex>.fsm` or the data directory
  std::optional<uint64_t> hlc_ceiling_ms;      // Unix ms
  std::optional<uint64_t> raft_cutover_index;  // EKVTHLC2: raft entries above it are encrypted
  uint64_t last_commit_ts = 0;                 // HLC, of the payload's header
  std::optional<uint32_t> crc32c;              // of the footer, once the scan has verified it
  std::optional<StoreMetadata> metadata;
  std::optional<uint64_t> raft_term;
  // What else is known of where it comes from, for reports: ("group", "2"), ("voters", "n1, n2").
  std::vector<std::pair<std::string, std::string>> origin;
  bool decrypted = false;  // rows were encrypted and have been opened with the user's keys
};

// Gives all rows and checks what the container can check. After the empty batch call Finish() once.
class ScanCursor : public RowCursor {
 public:
  // How far the scan has come: bytes of the input, ascending to ContainerInfo::bytes.
  virtual uint64_t bytes_read() const = 0;
  // Footer, checksums, trailing bytes: the container's verdict on itself.
  virtual Status Finish(Findings* findings) = 0;
};

class Container {
 public:
  virtual ~Container() = default;
  virtual const ContainerInfo& info() const = 0;
  // Valid for random access after a scan has ended well (before it the end of the rows may not be
  // known).
  virtual const RowSource& rows() const = 0;
  // Offset in the input's file behind its payload: where a footer stands or may stand. Valid after
  // a scan has ended well; nullopt: the input is no single file.
  virtual std::optional<uint64_t> payload_end() const = 0;
  virtual std::unique_ptr<ScanCursor> OpenScan() = 0;
  // What a scan found wrong, after a second look at the whole file: a better error when more can be
  // said (one flipped bit that explains it; a checksum that matches although the framing is
  // broken), else the same.
  virtual Status Diagnose(Status damage) const = 0;
};

}  // namespace snaptree
