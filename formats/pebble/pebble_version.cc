#include "formats/pebble/pebble_version.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "base/cancel.h"
#include "base/text.h"
#include "formats/pebble/current_manifest.h"
#include "formats/pebble/directory_file.h"
#include "formats/pebble/record_log.h"
#include "formats/pebble/version_edit.h"

namespace snaptree {
namespace {

constexpr Slice kComparator = "leveldb.BytewiseComparator";

Status Corrupt(std::string what) {
  return DataError("ManifestCorrupt", std::move(what))
      .Next("take the directory from another copy or node, or use a snapshot");
}

std::string NameOf(const PebbleTable& table) {
  return "table " + std::to_string(table.number) + " of level " + std::to_string(table.level);
}

// Applies edits one after the other.
class VersionBuilder {
 public:
  Status Apply(VersionEdit edit);
  Result<PebbleVersion> Finish();

 private:
  using Place = std::pair<int, uint64_t>;  // level, file number

  Status CheckComparator(const VersionEdit& edit);
  Status CheckTable(const TableAdded& added) const;
  static Status CheckLevels(const std::vector<PebbleTable>& tables);

  std::map<Place, TableAdded> live_;
  bool comparator_seen_ = false;
  bool begun_ = false;
  PebbleVersion version_;
};

Status VersionBuilder::CheckComparator(const VersionEdit& edit) {
  if (!edit.comparator) return {};
  comparator_seen_ = true;
  if (*edit.comparator == kComparator) return {};
  return DataError("TableFormatUnsupported", "the store orders its keys in a way of its own")
      .Expected(std::string(kComparator))
      .Found(Printable(*edit.comparator));
}

Status VersionBuilder::Apply(VersionEdit edit) {
  SNAPTREE_TRY(CheckComparator(edit));
  if (edit.next_file_number) version_.next_file_number = *edit.next_file_number;
  if (edit.last_sequence) version_.last_sequence = *edit.last_sequence;
  if (edit.log_number && *edit.log_number >= version_.log_number.value_or(0)) {
    version_.log_number = *edit.log_number;
    version_.log_number_sequence = version_.last_sequence;
  } else if (version_.log_number_sequence == 0) {
    // The edit that a new MANIFEST begins with leaves it to the next one.
    version_.log_number_sequence = version_.last_sequence;
  }
  for (const Place& place : edit.removed) {
    if (live_.erase(place) > 0) continue;
    return Corrupt("an edit removes table " + std::to_string(place.second) + " of level " +
                   std::to_string(place.first) + ", which no edit added");
  }
  for (const auto& [number, size] : edit.backings_created) version_.backings[number] = size;
  for (const uint64_t number : edit.backings_removed) version_.backings.erase(number);
  if (!begun_) version_.is_history = edit.added.empty();
  begun_ = true;
  for (TableAdded& added : edit.added) {
    const Place place{added.table.level, added.table.number};
    if (added.table.largest_sequence != kMaxSequence) {
      version_.flushed_sequence = std::max(version_.flushed_sequence, added.table.largest_sequence);
    }
    const auto [at, is_new] = live_.try_emplace(place, std::move(added));
    if (!is_new) return Corrupt("an edit adds " + NameOf(at->second.table) + " once more");
  }
  return {};
}

Status VersionBuilder::CheckTable(const TableAdded& added) const {
  if (added.has_range_keys) {
    return DataError("PebbleUnexpectedKind", NameOf(added.table) + " holds range keys")
        .Next("no elastickv writes them: is this the data directory of another program?");
  }
  const std::optional<uint64_t>& backing = added.table.backing;
  if (!backing || version_.backings.contains(*backing)) return {};
  return Corrupt(NameOf(added.table) + " is a part of file " + std::to_string(*backing) +
                 ", which no edit added");
}

// REQUIRES: `tables` are in their order.
Status VersionBuilder::CheckLevels(const std::vector<PebbleTable>& tables) {
  for (size_t i = 1; i < tables.size(); ++i) {
    const PebbleTable& a = tables[i - 1];
    const PebbleTable& b = tables[i];
    if (b.level == 0 || a.level != b.level || a.bounds.largest <= b.bounds.smallest) continue;
    return Corrupt(NameOf(a) + " and table " + std::to_string(b.number) + " overlap");
  }
  return {};
}

Result<PebbleVersion> VersionBuilder::Finish() {
  if (!comparator_seen_) return Corrupt("no edit names the order of the keys");
  std::set<uint64_t> numbers;
  for (auto& [place, added] : live_) {
    SNAPTREE_TRY(CheckTable(added));
    if (!numbers.insert(place.second).second) {
      return Corrupt("table " + std::to_string(place.second) + " is in two levels");
    }
    version_.tables.push_back(std::move(added.table));
  }
  std::sort(version_.tables.begin(), version_.tables.end(),
            [](const PebbleTable& a, const PebbleTable& b) {
              if (a.level != b.level) return a.level < b.level;
              if (a.level > 0) return a.bounds.smallest < b.bounds.smallest;
              return std::tie(a.largest_sequence, a.smallest_sequence, a.number) <
                     std::tie(b.largest_sequence, b.smallest_sequence, b.number);
            });
  SNAPTREE_TRY(CheckLevels(version_.tables));
  return std::move(version_);
}

Status ApplyAll(const std::shared_ptr<const InputFile>& file, VersionBuilder* builder,
                Findings* findings) {
  RecordLogReader reader(file, LogKind::kManifest);
  LogRecord record;
  std::string bytes;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, reader.Next(&record));
    if (!more) break;
    bytes.resize(static_cast<size_t>(record.size));
    SNAPTREE_TRY(RecordBytes(*file, record).Read(0, bytes.data(), bytes.size()));
    Result<VersionEdit> edit = ParseVersionEdit(bytes);
    if (!edit.ok()) return std::move(edit).status().At(file->path(), record.offset);
    if (Status applied = builder->Apply(*std::move(edit)); !applied.ok()) {
      return std::move(applied).At(file->path(), record.offset);
    }
  }
  if (reader.data_follows()) {
    return Corrupt("the MANIFEST is damaged before its last edit")
        .At(file->path(), reader.end_offset());
  }
  const std::string place = file->path() + ", offset " + std::to_string(reader.end_offset());
  if (reader.end() == LogEnd::kTorn) {
    findings->Warn("manifest_torn_tail",
                   "the last edit of the MANIFEST was cut and is left out, as the store does after "
                   "a crash",
                   place);
  } else if (reader.end() == LogEnd::kDamaged) {
    findings->Warn("manifest_torn_tail",
                   "the last edit of the MANIFEST does not match its checksum and is left out",
                   place);
  }
  return {};
}

std::optional<uint32_t> FormatVersion(const std::vector<std::string>& names) {
  const std::optional<std::string> value = MarkerValue(names, "format-version");
  const std::optional<uint64_t> number = value ? ParseU64(*value) : std::nullopt;
  if (!number || *number > UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

}  // namespace

Result<PebbleVersion> ReadPebbleVersion(const std::string& directory, Findings* findings) {
  SNAPTREE_ASSIGN(const std::vector<std::string> names, ListNames(directory));
  SNAPTREE_ASSIGN(const std::string manifest, CurrentManifest(directory, names));
  SNAPTREE_ASSIGN(const auto file, OpenFileIn(directory, manifest));
  VersionBuilder builder;
  SNAPTREE_TRY(ApplyAll(file, &builder, findings));
  Result<PebbleVersion> version = builder.Finish();
  if (!version.ok()) return std::move(version).status().At(file->path());
  version->manifest_path = file->path();
  version->format_version = FormatVersion(names);
  return version;
}

}  // namespace snaptree
