// Opens what a Pebble directory consists of (spec 01b chapter 3): LOCK, MANIFEST, tables, logs.
#pragma once

#include <memory>
#include <string>

#include "formats/open_input.h"
#include "formats/pebble/pebble_salvage.h"
#include "formats/pebble/store_runs.h"

namespace snaptree {

struct PebbleStore {
  std::shared_ptr<const StoreRuns> runs;
  std::shared_ptr<const TableDamage> damage;  // with options.salvage
  ContainerInfo info;                         // path, format, bytes
  Findings findings;
  SalvageReport salvage;  // of tables that are not there
};

// "PebbleLocked", "TableMissing", "TableCorrupt", "ManifestOld", errors of ReadPebbleVersion(),
// LogRows::Replay(), CheckTable().
Result<PebbleStore> OpenPebbleStore(const std::string& directory, const OpenInputOptions& options);

}  // namespace snaptree
