// Payloads that no reader knows by a magic: names for the error message (spec 01 chapter 5).
#pragma once

#include "base/file.h"
#include "base/status.h"

namespace snaptree {

// Whether what stands there is a row stream from before it had a magic: a plausible timestamp, then
// two rows.
bool IsStreamWithoutMagic(const InputFile& file, uint64_t payload_begin);

// An error that says what the file probably is: "PayloadLegacyGob", "PayloadLegacyStream", or
// "PayloadUnknown".
Status DescribeUnknownPayload(const InputFile& file, uint64_t payload_begin);

}  // namespace snaptree
