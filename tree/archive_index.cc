#include "tree/archive_index.h"

#include <algorithm>
#include <utility>

#include "base/cancel.h"
#include "base/coding.h"
#include "manifest/tree_path.h"

namespace snaptree {
namespace {

constexpr size_t kEntriesAtATime = 512;

// In keys a zero byte, which no path has, stands for '/': so all below a folder comes directly
// behind it, before a name that begins with the folder's.
constexpr char kSeparator = '\0';
constexpr char kBehindSeparator = '\1';

void ToKey(Slice path, std::string* key) {
  key->assign(path);
  std::replace(key->begin(), key->end(), '/', kSeparator);
}

std::string ToPath(Slice key) {
  std::string path(key);
  std::replace(path.begin(), path.end(), kSeparator, '/');
  return path;
}

// Value: kind and place in one byte, then three le64.
constexpr char kFolderPlace = 'd';
constexpr char kArchivePlace = 'a';
constexpr char kScratchPlace = 's';

void Pack(const ArchivePlace& place, std::string* out) {
  out->clear();
  out->push_back(place.kind == EntryKind::kFolder ? kFolderPlace
                 : place.scratch                  ? kScratchPlace
                                                  : kArchivePlace);
  AppendLe64(out, place.offset);
  AppendLe64(out, place.size);
  AppendLe64(out, place.modified_ms);
}

// REQUIRES: what Pack() made.
ArchivePlace Unpack(Slice value) {
  return {value[0] == kFolderPlace ? EntryKind::kFolder : EntryKind::kFile,
          value[0] == kScratchPlace, LoadLe64(value.data() + 1), LoadLe64(value.data() + 9),
          LoadLe64(value.data() + 17)};
}

bool IsFile(Slice value) { return value[0] != kFolderPlace; }

Status DuplicateEntry(Slice key, const char* found) {
  return DuplicateEntryError(ToPath(key)).Found(found);
}

}  // namespace

Status DuplicateEntryError(Slice path) {
  return DataError("DuplicateEntry", "two entries of the archive have one path")
      .At(path)
      .Next("make the archive again, without adding to it: tar -C TREE -cf FILE .");
}

// Cursors are dear to make and cheap to use again.
class ArchiveIndex::BorrowedCursor {
 public:
  explicit BorrowedCursor(const ArchiveIndex& index) : index_(index) {
    {
      const std::lock_guard lock(index_.mutex_);
      if (!index_.idle_.empty()) {
        cursor_ = std::move(index_.idle_.back());
        index_.idle_.pop_back();
      }
    }
    if (cursor_ == nullptr) cursor_ = index_.table_->NewCursor();
  }
  ~BorrowedCursor() {
    const std::lock_guard lock(index_.mutex_);
    index_.idle_.push_back(std::move(cursor_));
  }
  BorrowedCursor(const BorrowedCursor&) = delete;
  BorrowedCursor& operator=(const BorrowedCursor&) = delete;

  SortedTable::Cursor* operator->() { return cursor_.get(); }

 private:
  const ArchiveIndex& index_;
  std::unique_ptr<SortedTable::Cursor> cursor_;
};

Result<std::optional<ArchivePlace>> ArchiveIndex::Find(Slice path) const {
  if (path.empty()) return std::optional<ArchivePlace>(std::in_place);
  if (table_ == nullptr || !IsSafeTreePath(path)) return std::optional<ArchivePlace>();
  std::string key;
  ToKey(path, &key);
  BorrowedCursor cursor(*this);
  SNAPTREE_ASSIGN(const bool found, cursor->Seek(key));
  if (!found || cursor->key() != key) return std::optional<ArchivePlace>();
  return std::optional(Unpack(cursor->value()));
}

Status ArchiveIndex::List(Slice folder, const TreeSource::TakeEntries& take) const {
  SNAPTREE_ASSIGN(const std::optional<ArchivePlace> place, Find(folder));
  if (!place || place->kind != EntryKind::kFolder) {
    return DataError("NotFound", "the folder is missing from the tree").At(folder);
  }
  if (table_ == nullptr) return {};
  std::string prefix;
  ToKey(folder, &prefix);
  if (!prefix.empty()) prefix += kSeparator;
  std::vector<TreeEntry> entries;
  std::string next = prefix;
  BorrowedCursor cursor(*this);
  SNAPTREE_ASSIGN(bool more, cursor->Seek(next));
  while (more && cursor->key().starts_with(prefix)) {
    const Slice name = cursor->key().substr(prefix.size());
    const bool file = IsFile(cursor->value());
    entries.push_back({std::string(name), file ? EntryKind::kFile : EntryKind::kFolder});
    if (entries.size() == kEntriesAtATime) {
      SNAPTREE_TRY(CheckCancelled());
      SNAPTREE_TRY(take(entries));
      entries.clear();
    }
    if (file) {
      SNAPTREE_ASSIGN(more, cursor->Next());
      continue;
    }
    next.assign(cursor->key());
    next += kBehindSeparator;
    SNAPTREE_ASSIGN(more, cursor->Seek(next));
  }
  return entries.empty() ? Status::Ok() : take(entries);
}

Status ArchiveIndex::Builder::Add(Slice path, const ArchivePlace& place) {
  ToKey(path, &key_);
  Pack(place, &value_);
  return paths_.Add(key_, value_);
}

// Writes an entry and, before it, the folders above it that are not there yet.
Status ArchiveIndex::Builder::Write(Slice key, Slice value, SortedTable::Builder& table) {
  if (has_last_ && key == last_) {
    if (!last_is_file_ && !IsFile(value)) return {};
    return DuplicateEntry(key,
                          last_is_file_ && IsFile(value) ? "a file twice" : "a file and a folder");
  }
  for (size_t at = key.find(kSeparator); at != Slice::npos; at = key.find(kSeparator, at + 1)) {
    const Slice above = key.substr(0, at);
    const bool is_last = has_last_ && last_ == above;
    if (is_last && last_is_file_) return DuplicateEntry(above, "a file and a folder");
    if (is_last || Slice(last_).starts_with(key.substr(0, at + 1))) continue;
    std::string folder;
    Pack({}, &folder);
    SNAPTREE_TRY(table.Add(above, folder));
    ++folders_;
  }
  SNAPTREE_TRY(table.Add(key, value));
  if (!IsFile(value)) ++folders_;
  last_.assign(key);
  last_is_file_ = IsFile(value);
  has_last_ = true;
  return {};
}

Result<std::unique_ptr<ArchiveIndex>> ArchiveIndex::Builder::Finish(const std::string& table_path) {
  SNAPTREE_TRY(paths_.Finish());
  SortedTable::Builder table(table_path);
  for (;;) {
    Slice key;
    Slice value;
    SNAPTREE_ASSIGN(const bool more, paths_.Next(&key, &value));
    if (!more) break;
    SNAPTREE_TRY(Write(key, value, table));
  }
  SNAPTREE_ASSIGN(std::unique_ptr<SortedTable> built, table.Finish());
  return std::unique_ptr<ArchiveIndex>(new ArchiveIndex(std::move(built)));
}

}  // namespace snaptree
