// Which adapters a run was asked for (--adapter).
#pragma once

#include "decode/decoder.h"
#include "formats/family_table.h"

namespace snaptree {

// "UnknownAdapter" (usage) for a name that no adapter has.
Status CheckAdapterNames(const DecodeOptions& options);

// No name, and "all", are all of them.
bool IsAdapterSelected(const DecodeOptions& options, AdapterId adapter);

}  // namespace snaptree
