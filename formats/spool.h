// Copies of inputs that cannot be read at random: standard input, and the content of zstd files. A
// copy is an unnamed file in the scratch folder: it vanishes with the process, however that ends.
#pragma once

#include <memory>
#include <string>

#include "base/file.h"
#include "base/progress.h"

namespace snaptree {

// Whether the bytes begin with a zstd frame, or with a skippable one.
bool IsZstd(Slice first_bytes);

// Everything that standard input gives. A regular file on standard input is used as it is.
Result<InputFile> SpoolStandardInput(const std::string& scratch_folder);

// The content of all frames of a zstd file. "ZstdTruncated", "ZstdCorrupt"; when `damage` is given
// these go there, and the result is what could be unpacked before.
Result<InputFile> SpoolZstd(const InputFile& compressed, const std::string& scratch_folder,
                            Progress* progress, Status* damage = nullptr);

}  // namespace snaptree
