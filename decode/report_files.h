// The files at the root of a tree that tell about the run: MANIFEST.json and SALVAGE.json.
#pragma once

#include <string>

#include "decode/decoder.h"
#include "formats/scan.h"

namespace snaptree {

std::string ManifestOf(const DecodeOptions& options, const DecodeReport& report);

// What --salvage skipped. Pretty JSON with a final newline.
std::string SalvageText(const DecodeReport& report);

}  // namespace snaptree
