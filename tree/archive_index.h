// Where the files of an archive are: path to place, on disk, sorted so that what stands in a folder
// stands together.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/external_sorter.h"
#include "base/result.h"
#include "base/sorted_table.h"
#include "tree/tree_source.h"

namespace snaptree {

struct ArchivePlace {
  EntryKind kind = EntryKind::kFolder;
  bool scratch = false;  // the content was copied
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t modified_ms = 0;
};

// "DuplicateEntry": a path comes twice, or is a file and a folder.
Status DuplicateEntryError(Slice path);

// Thread-safe.
class ArchiveIndex {
 public:
  class Builder;

  // As TreeSource.
  Status List(Slice folder, const TreeSource::TakeEntries& take) const;
  Result<std::optional<ArchivePlace>> Find(Slice path) const;

 private:
  class BorrowedCursor;
  explicit ArchiveIndex(std::unique_ptr<SortedTable> table) : table_(std::move(table)) {}

  const std::unique_ptr<SortedTable> table_;  // null: an empty archive
  mutable std::mutex mutex_;                  // of what follows
  mutable std::vector<std::unique_ptr<SortedTable::Cursor>> idle_;
};

class ArchiveIndex::Builder {
 public:
  explicit Builder(SorterOptions options) : paths_(std::move(options)) {}

  // REQUIRES: a safe path (manifest/tree_path.h). Any order.
  Status Add(Slice path, const ArchivePlace& place);
  // Last call. Folders that only paths name are there too. "DuplicateEntry" when a file comes twice
  // or stands where a folder does. `table_path`: a file for the index.
  Result<std::unique_ptr<ArchiveIndex>> Finish(const std::string& table_path);
  // REQUIRES: Finish() was called. All folders but the root.
  uint64_t folders() const { return folders_; }

 private:
  Status Write(Slice key, Slice value, SortedTable::Builder& table);

  ExternalSorter paths_;
  std::string key_;
  std::string value_;
  std::string last_;  // key that was written last
  bool last_is_file_ = false;
  bool has_last_ = false;
  uint64_t folders_ = 0;
};

}  // namespace snaptree
