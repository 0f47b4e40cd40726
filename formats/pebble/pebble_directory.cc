#include "formats/pebble/pebble_directory.h"

#include <span>
#include <utility>

#include "base/cancel.h"
#include "base/coding.h"
#include "formats/family_table.h"
#include "formats/pebble/pebble_rows.h"
#include "formats/pebble/pebble_store.h"
#include "formats/pebble/table_check.h"

namespace snaptree {
namespace {

constexpr size_t kPlacesShare = 64;  // of --memory

class PebbleContainer : public Container {
 public:
  PebbleContainer(std::shared_ptr<const StoreRuns> runs, ContainerInfo info, size_t memory_bytes)
      : info_(std::move(info)), rows_(std::move(runs), memory_bytes / kPlacesShare) {}

  const ContainerInfo& info() const override { return info_; }
  const PebbleRows& rows() const override { return rows_; }
  std::optional<uint64_t> payload_end() const override { return std::nullopt; }
  std::unique_ptr<ScanCursor> OpenScan() override { return rows_.OpenScan(); }
  Status Diagnose(Status damage) const override { return damage; }

  void SetState(const PebbleState& state) {
    info_.last_commit_ts = state.last_commit_ts.value_or(0);
    info_.snapshot_index = state.applied_index;
  }

 private:
  ContainerInfo info_;
  PebbleRows rows_;
};

// What the store says of itself.
Result<PebbleState> LookUpState(const PebbleRows& rows) {
  static_assert(kMetaAppliedIndex < kMetaLastCommitTs);
  PebbleState state;
  SNAPTREE_ASSIGN(const auto cursor, rows.OpenCursorAt(kMetaAppliedIndex));
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const auto batch, cursor->NextBatch());
    if (batch.empty()) return state;
    for (const Row& row : batch) {
      if (row.key > kMetaLastCommitTs) return state;
      if (row.value.size() < sizeof(uint64_t)) continue;
      if (row.key == kMetaAppliedIndex) state.applied_index = LoadLe64(row.value.data());
      if (row.key == kMetaLastCommitTs) state.last_commit_ts = LoadLe64(row.value.data());
    }
  }
}

// "PebbleIncomplete" by the first warning with one of these codes; ok: there is none.
Status MissingBy(std::span<const char* const> codes, const std::string& directory,
                 const Findings& findings) {
  for (const char* code : codes) {
    const auto found = findings.by_code().find(code);
    if (found == findings.by_code().end() || found->second.severity != Severity::kWarning) continue;
    return DataError("PebbleIncomplete", found->second.text)
        .At(directory)
        .Found(std::string(code) + ": " + std::string(found->second.example()))
        .Next("take the directory from another copy or node, or use a snapshot");
  }
  return {};
}

void SetMissing(const std::string& directory, const Findings& findings, PebbleState* state) {
  static constexpr const char* kHoles[] = {"wal_sequence_gap", "wal_missing", "wal_lost_tail",
                                           "wal_damaged_tail", "manifest_torn_tail"};
  static constexpr const char* kEnds[] = {"wal_closed", "wal_unwritten"};
  state->missing = MissingBy(kHoles, directory, findings);
  if (!state->missing.ok()) return;
  state->missing = MissingBy(kEnds, directory, findings);
  state->only_end_missing = !state->missing.ok();
}

// Reads everything once, so that the report knows all that is lost before a row is used.
Status FindAllDamage(PebbleContainer* container, const PebbleStore& store, SalvageReport* report,
                     Findings* findings) {
  const std::unique_ptr<ScanCursor> scan = container->OpenScan();
  uint64_t rows = 0;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const auto batch, scan->NextBatch());
    if (batch.empty()) break;
    rows += batch.size();
  }
  SNAPTREE_TRY(scan->Finish(findings));
  store.damage->Tell(report);
  if (!report->empty()) report->rows_kept = rows;
  return {};
}

}  // namespace

Result<OpenedInput> OpenPebbleDirectory(const std::string& directory,
                                        const OpenInputOptions& options) {
  SNAPTREE_ASSIGN(PebbleStore store, OpenPebbleStore(directory, options));
  OpenedInput opened;
  auto container =
      std::make_unique<PebbleContainer>(store.runs, std::move(store.info), options.memory_bytes);
  SNAPTREE_ASSIGN(const PebbleState state, LookUpState(container->rows()));
  container->SetState(state);
  opened.findings = std::move(store.findings);
  opened.salvage = std::move(store.salvage);
  if (options.salvage)
    SNAPTREE_TRY(FindAllDamage(container.get(), store, &opened.salvage, &opened.findings));
  opened.container = std::move(container);
  return opened;
}

Result<PebbleState> ReadPebbleState(const std::string& directory, const OpenInputOptions& options,
                                    bool every_block) {
  SNAPTREE_ASSIGN(const PebbleStore store, OpenPebbleStore(directory, options));
  const PebbleRows rows(store.runs, options.memory_bytes / kPlacesShare);
  SNAPTREE_ASSIGN(PebbleState state, LookUpState(rows));
  const TableSet& tables = store.runs->tables();
  state.tables = tables.members().size();
  state.bytes = store.info.bytes;
  state.is_empty = state.tables == 0 && store.runs->logs().operations() == 0;
  SetMissing(directory, store.findings, &state);
  if (!every_block) return state;
  for (size_t i = 0; i < tables.members().size(); ++i) SNAPTREE_TRY(CheckEveryBlock(tables, i));
  return state;
}

}  // namespace snaptree
