// A snapshot inside a `.snap` file: the payload stands where a token stands today (spec 01 sections
// 1.6 and 11.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "formats/row.h"

namespace snaptree {

struct SnapPayload {
  Extent data;  // bytes of the file: FSM header and payload, or a token
  uint64_t index = 0;
  uint64_t term = 0;
};

// nullopt: it is no `.snap` file, told by its framing. "SnapInvalid": it is one, and does not match
// its checksum.
Result<std::optional<SnapPayload>> FindSnapPayload(const InputFile& file);

// What a raftpb.Snapshot message says that stands somewhere in a file; nullopt: it is none.
Result<std::optional<SnapPayload>> ReadSnapshotMessage(const InputFile& file, Extent message);

// Whether a token stands in the payload's place: the `.fsm` of that index is meant. "SnapInvalid".
Result<bool> IsSnapToken(const InputFile& file, const SnapPayload& payload);

// The payload as a file of its own without a name in `folder`.
Result<InputFile> CopySnapPayload(const InputFile& file, const SnapPayload& payload,
                                  const std::string& folder);

}  // namespace snaptree
