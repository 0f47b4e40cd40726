// Differences as bytes, for the sorters in which they wait to be told.
#pragma once

#include <string>

#include "check/diff/diff.h"

namespace snaptree {

// All but the address and the fields.
std::string PackDifference(const RecordDifference& difference);
// REQUIRES: bytes that PackDifference() made.
void UnpackDifference(Slice bytes, RecordDifference* difference);

std::string PackFields(const FieldDifferences& fields);
// REQUIRES: bytes that PackFields() made.
FieldDifferences UnpackFields(Slice bytes);

}  // namespace snaptree
