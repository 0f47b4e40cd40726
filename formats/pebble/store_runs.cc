#include "formats/pebble/store_runs.h"

#include <utility>

namespace snaptree {

StoreRuns::StoreRuns(std::string directory, std::unique_ptr<TableSet> tables,
                     std::vector<TableRun> runs, std::unique_ptr<LogRows> logs)
    : directory_(std::move(directory)),
      tables_(std::move(tables)),
      runs_(std::move(runs)),
      logs_(std::move(logs)) {
  const size_t members = tables_->members().size();
  if (members > 0) log_values_ = tables_->ExtentOf({0, members}).end;
}

uint64_t StoreRuns::StoredBytes(size_t run) const {
  return IsLogs(run) ? logs_->bytes() : ExtentOf(run).size() >> kAddressShift;
}

std::unique_ptr<EntryCursor> StoreRuns::OpenCursor(size_t run, Extent stretch) const {
  return IsLogs(run) ? logs_->OpenCursor(stretch) : tables_->OpenCursor(runs_[run], stretch);
}

Result<uint64_t> StoreRuns::Seek(size_t run, Slice raw_key) const {
  if (IsLogs(run)) return logs_->Seek(raw_key);
  return tables_->Seek(runs_[run], raw_key);
}

Status StoreRuns::ReadValue(uint64_t address, uint64_t from, char* out, size_t n) const {
  if (IsInLogs(address)) return logs_->ReadValue(address - log_values_, from, out, n);
  return tables_->ReadValue(address, from, out, n);
}

Result<Slice> StoreRuns::View(uint64_t address, size_t n, ViewBuffer* buffer) const {
  if (!IsInLogs(address)) return tables_->View(address, n, buffer);
  // The buffer may hold bytes of a table: what it holds has an address of this input.
  buffer->bytes.resize(n);
  SNAPTREE_TRY(logs_->ReadValue(address - log_values_, 0, buffer->bytes.data(), n));
  buffer->begin = address;
  return Slice(buffer->bytes);
}

const std::string& StoreRuns::FileOf(uint64_t address) const {
  return IsInLogs(address) ? logs_->name() : tables_->FileOf(address);
}

uint64_t StoreRuns::OffsetOf(uint64_t address) const {
  return IsInLogs(address) ? address - log_values_ : tables_->OffsetOf(address);
}

}  // namespace snaptree
