// Writes Pebble directories for tests: a MANIFEST, write-ahead logs and markers, around tables
// (spec 01b chapter 3). The layouts are written down here once more, apart from formats/pebble/, so
// that a mistake there is seen.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/pebble_table.h"

namespace snaptree::test {

struct StoreEntry {
  std::string key;  // raw
  std::string value;
  uint64_t sequence = 0;
  uint8_t kind = 1;  // SET
};

// Chunks in blocks of 32 KiB.
class RecordLogWriter {
 public:
  // nullopt: of a MANIFEST.
  explicit RecordLogWriter(std::optional<uint32_t> log_number) : log_number_(log_number) {}
  void Add(const std::string& record);
  const std::string& bytes() const { return bytes_; }

 private:
  void Chunk(uint8_t type, const std::string& piece);

  std::optional<uint32_t> log_number_;
  std::string bytes_;
};

// What a MANIFEST says of a table.
struct TableEdit {
  int level = 0;
  uint64_t number = 0;
  uint64_t size = 0;
  std::string smallest;  // raw keys
  std::string largest;
  uint64_t smallest_sequence = 0;
  uint64_t largest_sequence = 0;
};

// What ends a log when the next one is begun.
std::string PebbleEndMark(uint32_t log_number);

class PebbleStoreBuilder {
 public:
  explicit PebbleStoreBuilder(std::string directory) : directory_(std::move(directory)) {}

  // Writes a table; entries in the order of their keys, the newest first. Returns its number.
  uint64_t AddTable(int level, const std::vector<StoreEntry>& entries,
                    const PebbleTableOptions& options = {});
  // The same with stored sequences 0, as of an ingested table.
  uint64_t AddIngested(int level, uint64_t sequence, std::vector<StoreEntry> entries);
  void AddEdit(TableEdit edit) { edits_.push_back(std::move(edit)); }
  void RemoveTable(int level, uint64_t number) { removed_.emplace_back(level, number); }
  // Writes a log of one batch for each list of entries; their sequences follow one another.
  void AddLog(uint64_t number, const std::vector<std::vector<StoreEntry>>& batches);
  // What the MANIFEST says the store had given when it named its log; else nothing.
  void SetLastSequence(uint64_t sequence) { last_sequence_ = sequence; }
  // Writes MANIFEST and markers. log_number: as of tag 2.
  void Finish(std::optional<uint64_t> log_number = std::nullopt);

  std::string TablePath(uint64_t number) const;
  std::string LogPath(uint64_t number) const;
  std::string ManifestPath() const { return directory_ + "/MANIFEST-000001"; }

 private:
  std::string directory_;
  std::vector<TableEdit> edits_;
  std::vector<std::pair<int, uint64_t>> removed_;
  std::optional<uint64_t> last_sequence_;
  uint64_t next_number_ = 10;
};

}  // namespace snaptree::test
