#include "formats/pebble/pebble_store.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "formats/pebble/live_tables.h"
#include "formats/pebble/log_order.h"
#include "formats/pebble/newer_tables.h"
#include "formats/pebble/pebble_lock.h"
#include "formats/pebble/table_check.h"

namespace snaptree {
namespace {

// Shares of --memory: the adapters' are the rest.
constexpr size_t kTablesShare = 8;
constexpr size_t kLogsShare = 8;
constexpr size_t kMaxTableBytes = size_t{128} << 20;

class StoreOpener {
 public:
  StoreOpener(const std::string& directory, const OpenInputOptions& options)
      : directory_(directory), options_(options) {}

  Result<PebbleStore> Open();

 private:
  Status CheckLock();
  Status ReadVersion();
  void TakeMissing(const Status& missing);
  Result<std::unique_ptr<LogRows>> ReplayLogs();
  Result<std::unique_ptr<TableSet>> OpenTables(LiveTables* live);

  const std::string& directory_;
  const OpenInputOptions& options_;
  PebbleStore store_;
  PebbleVersion version_;
};

Status StoreOpener::CheckLock() {
  SNAPTREE_ASSIGN(const std::optional<LockHolder> holder, FindLockHolder(directory_));
  if (!holder) return {};
  if (options_.choice.force_locked) {
    store_.findings.Note("pebble_lock_ignored",
                         "a process holds the directory: what it writes meanwhile may be missing",
                         LockHolderText(*holder));
    return {};
  }
  return EnvironmentError("PebbleLocked", "a running process holds the directory")
      .At(directory_ + "/LOCK")
      .Found(LockHolderText(*holder))
      .Next(
          "stop the node; or copy the directory and read the copy with --checkpoint; "
          "--force-locked reads it as it is");
}

Status StoreOpener::ReadVersion() {
  Result<PebbleVersion> version = ReadPebbleVersion(directory_, &store_.findings);
  if (!version.ok() && options_.salvage && version.status().kind() == ErrorKind::kData)
    version = AllTables(directory_, version.status(), &store_.salvage, &store_.findings);
  SNAPTREE_TRY(version.status());
  version_ = *std::move(version);
  store_.info.format = "Pebble";
  if (version_.format_version) store_.info.format += "-" + std::to_string(*version_.format_version);
  return {};
}

// With salvage: what is missing of the logs or the tables, without which it goes on.
void StoreOpener::TakeMissing(const Status& missing) {
  if (store_.salvage.damage.empty()) store_.salvage.damage = missing.Message();
  store_.salvage.end_missing = true;
}

Result<std::unique_ptr<LogRows>> StoreOpener::ReplayLogs() {
  LogRowsOptions replay;
  replay.scratch_folder =
      options_.scratch_folder.empty() ? TemporaryFolder() : options_.scratch_folder;
  replay.sorter.memory_bytes = options_.memory_bytes / kLogsShare;
  replay.checkpoint = options_.choice.checkpoint;
  replay.salvage = options_.salvage;
  replay.progress = options_.progress;
  SNAPTREE_ASSIGN(auto logs, LogRows::Replay(directory_, version_, replay, &store_.findings));
  if (!logs->missing().ok()) TakeMissing(logs->missing());
  const Status newer = CheckNewerTables(directory_, version_, logs->end_sequence());
  if (newer.ok()) return logs;
  if (!options_.salvage || newer.kind() != ErrorKind::kData) return newer;
  TakeMissing(newer);
  return logs;
}

Result<std::unique_ptr<TableSet>> StoreOpener::OpenTables(LiveTables* live) {
  std::vector<LostTable> lost;
  SNAPTREE_ASSIGN(*live,
                  FindLiveTables(directory_, version_, AdviceOnMissing(options_.choice.checkpoint),
                                 options_.salvage ? &lost : nullptr));
  TellOfLostTables(lost, &store_.salvage, &store_.findings);
  TableSetOptions set;
  set.memory_bytes = std::min(options_.memory_bytes / kTablesShare, kMaxTableBytes);
  if (options_.salvage) {
    const auto damage = std::make_shared<TableDamage>();
    set.on_damage = [damage](const TableMember& member, Extent range, const Status& reason) {
      damage->Take(member, range, reason);
    };
    store_.damage = damage;
  }
  auto tables = std::make_unique<TableSet>(std::move(live->members), std::move(set));
  if (options_.salvage) return tables;
  for (size_t i = 0; i < live->tables.size(); ++i)
    SNAPTREE_TRY(CheckTable(*tables, i, live->tables[i]));
  return tables;
}

Result<PebbleStore> StoreOpener::Open() {
  store_.info.path = directory_;
  SNAPTREE_TRY(CheckLock());
  SNAPTREE_TRY(ReadVersion());
  LiveTables live;
  SNAPTREE_ASSIGN(auto tables, OpenTables(&live));
  SNAPTREE_ASSIGN(auto logs, ReplayLogs());
  const auto runs = std::make_shared<StoreRuns>(directory_, std::move(tables), std::move(live.runs),
                                                std::move(logs));
  for (size_t run = 0; run < runs->size(); ++run) store_.info.bytes += runs->StoredBytes(run);
  store_.runs = runs;
  return std::move(store_);
}

}  // namespace

Result<PebbleStore> OpenPebbleStore(const std::string& directory, const OpenInputOptions& options) {
  return StoreOpener(directory, options).Open();
}

}  // namespace snaptree
