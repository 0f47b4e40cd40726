// Salvage of a Pebble directory: what is lost of its tables, and its tables without a MANIFEST.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/findings.h"
#include "formats/open_input.h"
#include "formats/pebble/live_tables.h"
#include "formats/pebble/pebble_version.h"

namespace snaptree {

// What reading the tables finds wrong. Thread-safe.
class TableDamage {
 public:
  // As TableSetOptions::on_damage.
  void Take(const TableMember& member, Extent lost, const Status& reason);
  // Adds what was found to the report.
  void Tell(SalvageReport* report) const;

 private:
  mutable std::mutex mutex_;
  std::set<std::pair<std::string, uint64_t>> known_;  // file, offset
  SalvageReport found_;
};

// Tables that are left out, and what that may bring back.
void TellOfLostTables(const std::vector<LostTable>& lost, SalvageReport* report,
                      Findings* findings);

// All tables that lie in the directory, by their sequence numbers: `damage` says why no MANIFEST
// can tell which of them count. Errors of listing.
Result<PebbleVersion> AllTables(const std::string& directory, const Status& damage,
                                SalvageReport* report, Findings* findings);

}  // namespace snaptree
