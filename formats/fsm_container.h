// The `.fsm` envelope around an EKVPBBL1 row stream: header, rows, CRC32C footer (spec 01 chapter
// 1).
#pragma once

#include <memory>
#include <string>

#include "base/file.h"
#include "formats/container.h"

namespace snaptree {

// What stands before the rows.
struct FsmEnvelope {
  std::string format;  // magics joined by '+'
  std::optional<uint64_t> hlc_ceiling_ms;
  std::optional<uint64_t> raft_cutover_index;
  uint64_t payload_begin = 0;  // offset of the payload's magic
  std::string payload_magic;   // its first bytes: 8, or fewer at the end of the file
  bool without_magic = false;  // a row stream from before it had one
  bool proven = false;         // a checksum from elsewhere has been compared with the file

  // Of a row stream: the offset of its first row.
  uint64_t RowsBegin() const;
  // Of a row stream: the format's name.
  std::string StreamFormat() const;
};

// Reads the FSM header, if there is one. "InputEmpty", "FsmHeaderUnknown", "FsmHeaderLength",
// "PayloadTruncated".
Result<FsmEnvelope> ReadFsmEnvelope(const InputFile& file);

// Opens the row stream in `file`. REQUIRES: envelope.payload_magic is kRowStreamMagic, or
// envelope.without_magic, or the payload is empty.
Result<std::unique_ptr<Container>> OpenFsmContainer(std::shared_ptr<const InputFile> file,
                                                    FsmEnvelope envelope, ContainerInfo info);

// The raft index in a name: exactly 16 hex digits before ".fsm" (a ".zst" after it is dropped
// first) are hexadecimal; another all-decimal stem is decimal (spec 07 chapter 4); otherwise
// unknown.
std::optional<uint64_t> SnapshotIndexOfName(std::string_view path);

}  // namespace snaptree
