// The runs of an opened Pebble directory: tables in the order of their levels, then its logs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "formats/pebble/entry_runs.h"
#include "formats/pebble/log_rows.h"
#include "formats/table/table_set.h"

namespace snaptree {

class StoreRuns : public EntryRuns {
 public:
  StoreRuns(std::string directory, std::unique_ptr<TableSet> tables, std::vector<TableRun> runs,
            std::unique_ptr<LogRows> logs);

  size_t size() const override { return runs_.size() + 1; }
  Extent ExtentOf(size_t run) const override {
    return IsLogs(run) ? logs_->extent() : tables_->ExtentOf(runs_[run]);
  }
  uint64_t StoredBytes(size_t run) const override;
  std::unique_ptr<EntryCursor> OpenCursor(size_t run, Extent stretch) const override;
  Result<uint64_t> Seek(size_t run, Slice raw_key) const override;

  uint64_t ValueBase(size_t run) const override { return IsLogs(run) ? log_values_ : 0; }
  Status ReadValue(uint64_t address, uint64_t from, char* out, size_t n) const override;
  Result<Slice> View(uint64_t address, size_t n, ViewBuffer* buffer) const override;

  const std::string& name() const override { return directory_; }
  const std::string& FileOf(uint64_t address) const override;
  uint64_t OffsetOf(uint64_t address) const override;

  const TableSet& tables() const { return *tables_; }
  const LogRows& logs() const { return *logs_; }
  const std::vector<TableRun>& table_runs() const { return runs_; }

 private:
  bool IsLogs(size_t run) const { return run == runs_.size(); }
  bool IsInLogs(uint64_t address) const { return address >= log_values_; }

  const std::string directory_;
  std::unique_ptr<TableSet> tables_;
  std::vector<TableRun> runs_;
  std::unique_ptr<LogRows> logs_;
  uint64_t log_values_ = 0;  // addresses from here on are of the logs
};

}  // namespace snaptree
