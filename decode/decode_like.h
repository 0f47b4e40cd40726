// How a tree was made, as its manifest tells: decoding the same rows with these options writes the
// same files.
#pragma once

#include "decode/decoder.h"
#include "manifest/manifest.h"

namespace snaptree {

// Sets what decides which files a tree has and what stands in them, but not its layout: jsonl and
// dynamodb_jsonl stay as they are.
void DecodeLike(const Manifest& manifest, DecodeOptions* options);

}  // namespace snaptree
