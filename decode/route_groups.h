// How many raft groups the cluster has, as far as the inputs tell: the route catalog of the default
// group names them (spec 06 chapter 6). It is never restored; here it says whether inputs are
// missing.
#pragma once

#include <set>

#include "base/result.h"
#include "formats/row.h"
#include "formats/scan.h"

namespace snaptree {

struct RouteCatalog {
  std::set<uint64_t> groups;  // that routes lead to; empty: no input is of the default group
  // The group that keeps the catalog has no data of its own, so it may be none of `groups`.
  bool keeper_without_data = false;
  bool unreadable = false;  // a route is damaged or encrypted: there may be more groups
  bool splits = false;      // a range is on its way to another group: its rows may be in both

  // Whether that many inputs can be all groups of the cluster.
  bool IsCoveredBy(size_t inputs) const {
    return !groups.empty() && !unreadable &&
           inputs >= groups.size() + (keeper_without_data ? 1 : 0);
  }
};

// Adds what an input tells.
Status CollectRoutes(const RowSource& source, const ScanResult& scan, RouteCatalog* catalog);

}  // namespace snaptree
