// Logs of a test read record by record, and a directory of them replayed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "formats/pebble/log_rows.h"
#include "formats/pebble/record_log.h"
#include "tests/support/pebble_log.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {

struct LogRead {
  std::vector<std::string> records;
  std::vector<uint64_t> offsets;  // of the records
  LogEnd end = LogEnd::kEndOfFile;
  uint64_t end_offset = 0;
  bool data_follows = false;
  Status status;
};

inline LogRead ReadLog(const std::string& path, LogKind kind, uint64_t number = 0) {
  LogRead read;
  Result<InputFile> file = InputFile::Open(path);
  if (!file.ok()) throw std::runtime_error(file.status().Message());
  const auto shared = std::make_shared<const InputFile>(*std::move(file));
  RecordLogReader reader(shared, kind, number);
  LogRecord record;
  for (;;) {
    const Result<bool> more = reader.Next(&record);
    if (!more.ok()) read.status = more.status();
    if (!more.ok() || !*more) break;
    std::string bytes(static_cast<size_t>(record.size), '\0');
    read.status = RecordBytes(*shared, record).Read(0, bytes.data(), bytes.size());
    if (!read.status.ok()) break;
    read.records.push_back(std::move(bytes));
    read.offsets.push_back(record.offset);
  }
  read.end = reader.end();
  read.end_offset = reader.end_offset();
  read.data_follows = reader.data_follows();
  return read;
}

inline LogRead ReadLogBytes(Slice bytes, LogKind kind, uint64_t number = 0) {
  const TempFolder folder;
  WriteWholeFile(folder / "log", std::string(bytes));
  return ReadLog(folder / "log", kind, number);
}

// What one row of the replayed logs says: trailer and value.
struct ReplayedRow {
  uint64_t trailer = 0;
  std::string value;
  bool operator==(const ReplayedRow&) const = default;
};

struct Replayed {
  Status status;
  Findings findings;
  std::unique_ptr<LogRows> logs;
  std::map<std::string, ReplayedRow> rows;

  bool found(const std::string& code) const { return findings.by_code().contains(code); }
};

// All rows as a cursor over everything gives them. Throws on an error, and when keys do not ascend.
inline std::map<std::string, ReplayedRow> RowsOf(const LogRows& logs) {
  std::map<std::string, ReplayedRow> rows;
  const auto cursor = logs.OpenCursor(logs.extent());
  uint64_t position = 0;
  for (;;) {
    const auto batch = cursor->NextBatch();
    if (!batch.ok()) throw std::runtime_error(batch.status().Message());
    if (batch->empty()) return rows;
    for (size_t i = 0; i < batch->size(); ++i) {
      const Row& row = (*batch)[i];
      std::string value(static_cast<size_t>(row.value_size), '\0');
      const Status read = logs.ReadValue(row.value_position, 0, value.data(), value.size());
      if (!read.ok()) throw std::runtime_error(read.Message());
      if (!rows.empty() && (rows.rbegin()->first >= row.key || row.position != position)) {
        throw std::runtime_error("rows out of order");
      }
      if (value.substr(0, row.value.size()) != row.value) throw std::runtime_error("wrong head");
      position = row.end;
      rows.emplace(row.key, ReplayedRow{cursor->trailers()[i], std::move(value)});
    }
  }
}

inline Replayed Replay(const std::string& directory, const PebbleVersion& version = {},
                       LogRowsOptions options = {}) {
  const TempFolder scratch;
  if (options.scratch_folder.empty()) options.scratch_folder = scratch.path();
  Replayed out;
  auto logs = LogRows::Replay(directory, version, options, &out.findings);
  if (!logs.ok()) {
    out.status = std::move(logs).status();
    return out;
  }
  out.logs = *std::move(logs);
  out.rows = RowsOf(*out.logs);
  return out;
}

// A directory of logs under these names.
inline Replayed ReplayLogs(const std::map<std::string, std::string>& files,
                           const PebbleVersion& version = {}, const LogRowsOptions& options = {}) {
  const TempFolder folder;
  for (const auto& [name, bytes] : files) WriteWholeFile(folder / name, bytes);
  return Replay(folder.path(), version, options);
}

}  // namespace snaptree::test
