// From the address of a record to the rows that decide what its file holds, so that one record can
// be decoded without a look at others. An adapter says which keys those are; that nothing else
// counts is its promise, and nothing else is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/row_lookup.h"

namespace snaptree {

// nullopt: the address does not tell. It may be of a record all the same.
using RecordRows = std::optional<std::vector<KeyRange>>;
using FindRecordRows = Result<RecordRows> (*)(RowLookup& lookup, Slice address, size_t max_looks);

// Keys that are looked at, where an address does not hold all of a key: more take longer than a
// walk over all of the adapter.
inline constexpr size_t kFewLooks = 1000;
inline constexpr size_t kAllLooks = SIZE_MAX;

// The text of which a name segment was made (spec 07 section 2.4), also of a fallback name that
// holds all of it; nullopt: it cannot be told.
std::optional<std::string> TextOfSegment(Slice name);

// With what the text begins whose fallback name this is, when it is longer than that; nullopt: all
// of it is known, or nothing.
std::optional<std::string> BeginningOfSegment(Slice name);

// A path without a folder ("dynamodb/") in its first component and the rest; false: it is not below
// the folder, or has no rest.
bool SplitScope(Slice address, Slice folder, Slice* scope, Slice* rest);

}  // namespace snaptree
