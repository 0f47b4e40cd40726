#include "formats/pebble/log_replay.h"

#include <algorithm>
#include <optional>

#include "base/cancel.h"
#include "formats/pebble/directory_file.h"
#include "formats/table/varint.h"

namespace snaptree {
namespace {

constexpr size_t kMaxVarintBytes = 10;

Status UnexpectedKind(EntryKind kind) {
  return DataError("PebbleUnexpectedKind",
                   "a write-ahead log holds an operation that no elastickv writes")
      .Found("kind " + std::to_string(static_cast<unsigned>(kind)))
      .Next("is this the data directory of another program? else use a snapshot of this node");
}

// A table that was added past the logs. REQUIRES: an operation of that kind.
Status CheckIngest(const BatchOperation& operation, RecordBytes* record,
                   const PebbleVersion& version) {
  const auto n = static_cast<size_t>(std::min<uint64_t>(operation.key_size, kMaxVarintBytes + 1));
  SNAPTREE_ASSIGN(Slice key, record->View(operation.key_at, n));
  uint64_t number = 0;
  if (!ReadVarint(&key, &number) || !key.empty()) {
    return DataError("WalCorrupt", "an ingest operation does not name a table");
  }
  const bool known = std::any_of(version.tables.begin(), version.tables.end(),
                                 [&](const PebbleTable& t) { return t.number == number; });
  if (known) return {};
  return DataError("WalIngest", "a write-ahead log adds a table that the MANIFEST does not name")
      .Found("table " + std::to_string(number))
      .Next("start and stop the node once on this directory, or use a snapshot");
}

Status CheckOperation(const BatchOperation& operation, RecordBytes* record,
                      const PebbleVersion& version) {
  if (operation.kind == EntryKind::kIngestTable) return CheckIngest(operation, record, version);
  if (IsSet(operation.kind) || IsDeletion(operation.kind) ||
      operation.kind == EntryKind::kLogData) {
    return {};
  }
  return UnexpectedKind(operation.kind);
}

// Calls take(operation) for all of a batch.
template <class Take>
Status ForEachOperation(RecordBytes* record, Take take) {
  BatchReader batch(record);
  SNAPTREE_TRY(batch.ReadHead().status());
  BatchOperation operation;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, batch.Next(&operation));
    if (!more) return {};
    SNAPTREE_TRY(take(operation));
  }
}

Status CheckBatch(RecordBytes* record, const PebbleVersion& version) {
  return ForEachOperation(record, [&](const BatchOperation& operation) {
    return CheckOperation(operation, record, version);
  });
}

}  // namespace

Status LogReplay::Read(const LogFile& log) {
  SNAPTREE_ASSIGN(const auto file, OpenFileIn(directory, log.name));
  RecordLogReader reader(file, LogKind::kWal, log.number);
  LogRecord record;
  order->BeginFile(log.number, file->path());
  ++logs;
  const uint64_t bytes_before = bytes;
  bytes += file->size();
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, reader.Next(&record));
    if (!more) break;
    RecordBytes batch(*file, record);
    if (Status status = CheckBatch(&batch, version); !status.ok()) {
      return std::move(status).At(file->path(), record.offset);
    }
    SNAPTREE_ASSIGN(const BatchHead head, BatchReader(&batch).ReadHead());
    SNAPTREE_ASSIGN(const bool is_new, order->Admit(head, record.offset));
    if (!is_new) continue;
    SNAPTREE_TRY(ForEachOperation(&batch, [&](const BatchOperation& operation) {
      if (!IsSet(operation.kind) && !IsDeletion(operation.kind)) return Status();
      ++operations;
      return rows->Add(operation, &batch);
    }));
    if (progress != nullptr) progress->done = bytes_before + record.offset;
  }
  order->EndFile(reader);
  return {};
}

}  // namespace snaptree
