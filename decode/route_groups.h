// How many raft groups the cluster has, as far as the inputs tell: the route catalog of the default
// group names them (spec 06 chapter 6). It is never restored; here it says whether inputs are
// missing.
#pragma once

#include <set>

#include "base/result.h"
#include "formats/row.h"
#include "formats/scan.h"

namespace snaptree {

// Adds the ids of the groups that routes lead to. None: the input is not of the default group.
Status CollectGroups(const RowSource& source, const ScanResult& scan, std::set<uint64_t>* groups);

}  // namespace snaptree
