// Which rows decide what a file of an object holds (spec 04 chapters 3 to 5): its own, those that
// tell which generation of the bucket is alive, and the keys that could move its path.
#pragma once

#include "adapters/common/record_rows.h"

namespace snaptree::s3 {

// The path of the body to which a file with the name of a sidecar belongs; any other path as it is.
// A body has such a name only where its key is part of a hashed name.
Slice BodyOf(Slice path);

// Whether an address is that of a file that tells of many objects, or of what is left of some.
bool IsListOfObjects(Slice address);

// With the paths of a run without --rename-collisions.
Result<RecordRows> RowsOfRecord(RowLookup& lookup, Slice address, size_t max_looks);

}  // namespace snaptree::s3
