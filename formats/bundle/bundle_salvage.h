// Reading what is whole of a damaged bundle, when the user asks for it: blocks whose own checksum
// holds. Of a table without its index, or that the end of the file cuts, those up to the damage
// (block_finder.h). Nothing is repaired or guessed.
#pragma once

#include <memory>

#include "formats/container.h"
#include "formats/payload.h"

namespace snaptree {

// `damage` is what stops a run without --salvage. The report says what was lost. Errors: a manifest
// that does not hold, and rows that no reading of the blocks puts in order ("BundleTable").
Result<std::unique_ptr<Container>> SalvageBundle(Payload& payload, size_t memory_bytes,
                                                 const Status& damage);

}  // namespace snaptree
