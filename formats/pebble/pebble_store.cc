#include "formats/pebble/pebble_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "formats/pebble/live_tables.h"
#include "formats/pebble/log_files.h"
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
  Status CheckLogs();
  Result<std::unique_ptr<LogRows>> ReplayLogs();
  Result<std::unique_ptr<TableSet>> OpenTables(LiveTables* live);
  std::string LogPath(uint64_t number) const;
  std::string Advice() const;

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

// The MANIFEST names the oldest log that the tables lack. A node that is killed while it starts has
// not made it yet; one that has run, or has newer ones, lacks what it wrote.
Status StoreOpener::CheckLogs() {
  SNAPTREE_ASSIGN(std::vector<LogFile> logs, ListLogs(directory_));
  const uint64_t first = version_.log_number.value_or(0);
  std::erase_if(logs, [first](const LogFile& log) { return log.number < first; });
  const bool is_missing = logs.empty() || (version_.log_number && logs.front().number != first);
  if (!is_missing) return {};
  if (logs.empty() && !options_.choice.checkpoint) {
    store_.findings.Warn("wal_missing",
                         "no write-ahead log is there: what was written after the newest table is "
                         "lost, unless the node was killed while it started",
                         LogPath(first));
    return {};
  }
  const Status missing = DataError("WalMissing", "a log that the MANIFEST names is not there")
                             .At(LogPath(first))
                             .Address("what was written after the newest table")
                             .Found("no such file")
                             .Next(Advice());
  if (!options_.salvage) return missing;
  if (store_.salvage.damage.empty()) store_.salvage.damage = missing.Message();
  store_.salvage.end_missing = true;
  return {};
}

std::string StoreOpener::LogPath(uint64_t number) const {
  return fmt::format("{}/{:06}.log", directory_, number);
}

std::string StoreOpener::Advice() const {
  if (options_.choice.checkpoint) {
    return "the node went on while this was copied: copy the directory again, or stop the node "
           "first";
  }
  return "copy the directory again, of a stopped node; or decode the newest .fsm file; --salvage "
         "goes on without it";
}

Result<std::unique_ptr<LogRows>> StoreOpener::ReplayLogs() {
  LogRowsOptions replay;
  replay.scratch_folder =
      options_.scratch_folder.empty() ? TemporaryFolder() : options_.scratch_folder;
  replay.sorter.memory_bytes = options_.memory_bytes / kLogsShare;
  replay.checkpoint = options_.choice.checkpoint;
  replay.salvage = options_.salvage;
  replay.progress = options_.progress;
  return LogRows::Replay(directory_, version_, replay, &store_.findings);
}

Result<std::unique_ptr<TableSet>> StoreOpener::OpenTables(LiveTables* live) {
  std::vector<LostTable> lost;
  SNAPTREE_ASSIGN(
      *live, FindLiveTables(directory_, version_, Advice(), options_.salvage ? &lost : nullptr));
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
  SNAPTREE_TRY(CheckLogs());
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
