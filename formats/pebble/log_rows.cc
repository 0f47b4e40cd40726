#include "formats/pebble/log_rows.h"

#include <utility>
#include <vector>

#include "base/scratch_folder.h"
#include "formats/pebble/log_files.h"
#include "formats/pebble/log_order.h"
#include "formats/pebble/log_replay.h"
#include "formats/pebble/log_row_file.h"

namespace snaptree {
namespace {

// Logs that are not in the tables.
Result<std::vector<LogFile>> LogsToReplay(const std::string& directory,
                                          const PebbleVersion& version) {
  SNAPTREE_ASSIGN(std::vector<LogFile> logs, ListLogs(directory));
  const uint64_t first = version.log_number.value_or(0);
  std::erase_if(logs, [&](const LogFile& log) { return log.number < first; });
  return logs;
}

void TellDamage(const Status& damage, size_t left_out, Findings* findings) {
  findings->Warn("wal_damaged",
                 "a write-ahead log is damaged or missing: the state is the one before that batch",
                 damage.Message());
  if (left_out == 0) return;
  findings->Warn("wal_left_out", "write-ahead logs behind a damaged one are left out", {},
                 left_out);
}

Status ReplayAll(const std::vector<LogFile>& logs, bool salvage, LogReplay* replay,
                 Findings* findings) {
  for (size_t i = 0; i < logs.size(); ++i) {
    Status status = replay->Read(logs[i]);
    if (status.ok()) continue;
    if (!salvage || status.kind() != ErrorKind::kData) return status;
    const bool is_left_out = status.code() == "WalMissing";  // what is missing was before it
    TellDamage(status, logs.size() - i - (is_left_out ? 0 : 1), findings);
    return {};
  }
  return replay->order->Finish();
}

}  // namespace

struct LogRows::Rep {
  std::string name;
  std::unique_ptr<LogRowFile> rows;
  uint64_t operations = 0;
  uint64_t logs = 0;
  uint64_t bytes = 0;
  Status missing;
  uint64_t end_sequence = 0;
};

LogRows::LogRows(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
LogRows::~LogRows() = default;

Result<std::unique_ptr<LogRows>> LogRows::Replay(const std::string& directory,
                                                 const PebbleVersion& version,
                                                 const LogRowsOptions& options,
                                                 Findings* findings) {
  SNAPTREE_ASSIGN(const std::vector<LogFile> logs, LogsToReplay(directory, version));
  if (options.progress != nullptr) options.progress->Begin("replay", "bytes", 0);
  ScratchFolder own(options.scratch_folder);
  SorterOptions sorter = options.sorter;
  if (!sorter.scratch_folder) sorter.scratch_folder = [&own] { return own.Path(); };
  LogRowWriter writer(options.scratch_folder, std::move(sorter));
  LogOrder order(version, {options.checkpoint, options.salvage}, findings);
  SNAPTREE_TRY(order.CheckFiles(directory, logs));
  LogReplay replay{directory, version, &order, &writer, options.progress};
  SNAPTREE_TRY(ReplayAll(logs, options.salvage, &replay, findings));

  auto rep = std::make_unique<Rep>();
  rep->name = directory + " (its logs)";
  SNAPTREE_ASSIGN(rep->rows, writer.Finish(rep->name));
  rep->operations = replay.operations;
  rep->logs = replay.logs;
  rep->bytes = replay.bytes;
  rep->missing = order.missing();
  rep->end_sequence = order.end_sequence();
  return std::unique_ptr<LogRows>(new LogRows(std::move(rep)));
}

Extent LogRows::extent() const { return rep_->rows->extent(); }
std::unique_ptr<EntryCursor> LogRows::OpenCursor(Extent extent) const {
  return rep_->rows->OpenCursor(extent);
}
uint64_t LogRows::Seek(Slice raw_key) const { return rep_->rows->Seek(raw_key); }
Status LogRows::ReadValue(uint64_t value_position, uint64_t from, char* out, size_t n) const {
  return rep_->rows->ReadValue(value_position, from, out, n);
}
Result<Slice> LogRows::View(uint64_t value_position, size_t n, ViewBuffer* buffer) const {
  return rep_->rows->View(value_position, n, buffer);
}
const Status& LogRows::missing() const { return rep_->missing; }
uint64_t LogRows::end_sequence() const { return rep_->end_sequence; }
uint64_t LogRows::operations() const { return rep_->operations; }
uint64_t LogRows::logs() const { return rep_->logs; }
uint64_t LogRows::bytes() const { return rep_->bytes; }
const std::string& LogRows::name() const { return rep_->name; }

}  // namespace snaptree
