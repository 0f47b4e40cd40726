// The checksum in a snapshot's footer, and what it tells of a damaged file (spec 01 section 1.5).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "formats/row.h"
#include "formats/single_bit_error.h"

namespace snaptree {

// CRC32C over bytes of the file, continued from that of the bytes before them.
Result<uint32_t> FileCrc32c(const InputFile& file, Extent bytes, uint32_t crc = 0);

// The footer at `at`, which has to be `computed`: that of all bytes before it. "FsmChecksum".
Result<uint32_t> CheckFooter(const InputFile& file, uint64_t at, uint32_t computed);

// Opens and scans a copy of the file that has one bit the other way round. What stands at that bit,
// as DescribeOffset() tells it; nullopt: this copy is not whole either.
using TryMended =
    std::function<std::optional<std::string>(std::shared_ptr<const InputFile> mended, BitPosition)>;

// A better error when the footer can say more: that it matches although something is wrong, or that
// one flipped bit explains it all.
Status DiagnoseByFooter(const InputFile& file, Status damage, const TryMended& try_mended);

}  // namespace snaptree
