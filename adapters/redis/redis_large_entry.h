// A stream entry that is too large to be in memory: the places of its fields in the source (spec 02
// section 2.7).
#pragma once

#include <vector>

#include "base/result.h"
#include "formats/value_ref.h"

namespace snaptree::redis {

// name1, value1, name2, ... of the entry in `body`, none of them resident.
// "RedisInvalidStreamEntry".
Status LocateEntryFields(const RowSource& source, const ValueRef& body,
                         std::vector<ValueRef>* fields);

}  // namespace snaptree::redis
