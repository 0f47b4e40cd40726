#include "tests/support/pebble_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checksum.h"
#include "base/coding.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {
namespace {

constexpr size_t kBlockBytes = 32768;

void AppendVarint(std::string* out, uint64_t v) {
  for (; v >= 0x80; v >>= 7) *out += static_cast<char>((v & 0x7f) | 0x80);
  *out += static_cast<char>(v);
}

void AppendText(std::string* out, const std::string& text) {
  AppendVarint(out, text.size());
  out->append(text);
}

void AppendLe32(std::string* out, uint32_t v) {
  for (int i = 0; i < 4; ++i) *out += static_cast<char>(v >> (8 * i));
}

std::string InternalKey(const std::string& raw, uint64_t sequence) {
  std::string key = raw;
  AppendLe64(&key, sequence << 8 | 1);
  return key;
}

bool IsWithValue(uint8_t kind) { return kind == 1 || kind == 2 || kind == 18 || kind == 23; }

}  // namespace

void RecordLogWriter::Add(const std::string& record) {
  const size_t header = log_number_ ? 11 : 7;
  const uint8_t shift = log_number_ ? 4 : 0;
  size_t at = 0;
  for (bool first = true; first || at < record.size(); first = false) {
    size_t room = kBlockBytes - bytes_.size() % kBlockBytes;
    if (room < header) {
      bytes_.append(room, '\0');
      room = kBlockBytes;
    }
    const size_t n = std::min(room - header, record.size() - at);
    const bool last = at + n == record.size();
    const int type = first ? (last ? 1 : 2) : (last ? 4 : 3);
    Chunk(static_cast<uint8_t>(type + shift), record.substr(at, n));
    at += n;
  }
}

void RecordLogWriter::Chunk(uint8_t type, const std::string& piece) {
  std::string covered(1, static_cast<char>(type));
  if (log_number_) AppendLe32(&covered, *log_number_);
  covered += piece;
  const uint32_t crc = Crc32c(covered);
  AppendLe32(&bytes_, ((crc >> 15) | (crc << 17)) + 0xa282ead8U);
  bytes_ += static_cast<char>(piece.size());
  bytes_ += static_cast<char>(piece.size() >> 8);
  bytes_ += covered;
}

std::string PebbleEndMark(uint32_t log_number) {
  std::string mark(6, '\0');
  mark += '\x05';
  AppendLe32(&mark, log_number + 1);
  return mark;
}

uint64_t PebbleStoreBuilder::AddTable(int level, const std::vector<StoreEntry>& entries,
                                      const PebbleTableOptions& options) {
  PebbleTable table(options);
  TableEdit edit;
  edit.level = level;
  edit.number = next_number_++;
  edit.smallest = entries.front().key;
  edit.largest = entries.back().key;
  edit.smallest_sequence = UINT64_MAX;
  for (const StoreEntry& entry : entries) {
    table.Add(entry.key, entry.value, entry.sequence << 8 | entry.kind);
    edit.smallest_sequence = std::min(edit.smallest_sequence, entry.sequence);
    edit.largest_sequence = std::max(edit.largest_sequence, entry.sequence);
  }
  const std::string bytes = table.Finish();
  edit.size = bytes.size();
  WriteWholeFile(TablePath(edit.number), bytes);
  edits_.push_back(edit);
  return edit.number;
}

uint64_t PebbleStoreBuilder::AddIngested(int level, uint64_t sequence,
                                         std::vector<StoreEntry> entries) {
  for (StoreEntry& entry : entries) entry.sequence = 0;
  const uint64_t number = AddTable(level, entries);
  edits_.back().smallest_sequence = sequence;
  edits_.back().largest_sequence = sequence;
  return number;
}

void PebbleStoreBuilder::AddLog(uint64_t number,
                                const std::vector<std::vector<StoreEntry>>& batches) {
  RecordLogWriter log(static_cast<uint32_t>(number));
  for (const std::vector<StoreEntry>& batch : batches) {
    std::string record;
    AppendLe64(&record, batch.front().sequence);
    AppendLe32(&record, static_cast<uint32_t>(batch.size()));
    for (const StoreEntry& entry : batch) {
      record += static_cast<char>(entry.kind);
      AppendText(&record, entry.key);
      if (IsWithValue(entry.kind)) AppendText(&record, entry.value);
    }
    log.Add(record);
  }
  WriteWholeFile(LogPath(number), log.bytes());
}

void PebbleStoreBuilder::Finish(std::optional<uint64_t> log_number) {
  RecordLogWriter manifest(std::nullopt);
  std::string head;
  AppendVarint(&head, 1);
  AppendText(&head, "leveldb.BytewiseComparator");
  manifest.Add(head);
  for (const TableEdit& edit : edits_) {
    std::string record;
    AppendVarint(&record, 103);
    AppendVarint(&record, static_cast<uint64_t>(edit.level));
    AppendVarint(&record, edit.number);
    AppendVarint(&record, edit.size);
    AppendText(&record, InternalKey(edit.smallest, edit.smallest_sequence));
    AppendText(&record, InternalKey(edit.largest, edit.largest_sequence));
    AppendVarint(&record, edit.smallest_sequence);
    AppendVarint(&record, edit.largest_sequence);
    AppendVarint(&record, 6);  // creation time
    AppendText(&record, "t");
    AppendVarint(&record, 1);
    manifest.Add(record);
  }
  std::string last;
  for (const auto& [level, number] : removed_) {
    AppendVarint(&last, 6);
    AppendVarint(&last, static_cast<uint64_t>(level));
    AppendVarint(&last, number);
  }
  if (log_number) {
    AppendVarint(&last, 2);
    AppendVarint(&last, *log_number);
  }
  AppendVarint(&last, 3);
  AppendVarint(&last, next_number_);
  if (last_sequence_) {
    AppendVarint(&last, 4);
    AppendVarint(&last, *last_sequence_);
  }
  manifest.Add(last);
  WriteWholeFile(ManifestPath(), manifest.bytes());
  WriteWholeFile(directory_ + "/marker.manifest.000001.MANIFEST-000001", "");
  WriteWholeFile(directory_ + "/marker.format-version.000001.016", "");
  WriteWholeFile(directory_ + "/LOCK", "");
}

std::string PebbleStoreBuilder::TablePath(uint64_t number) const {
  return fmt::format("{}/{:06}.sst", directory_, number);
}

std::string PebbleStoreBuilder::LogPath(uint64_t number) const {
  return fmt::format("{}/{:06}.log", directory_, number);
}

}  // namespace snaptree::test
