#include "adapters/fs/fs_places.h"

#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_paths.h"
#include "adapters/fs/fs_rows.h"
#include "base/text.h"

namespace snaptree::fs {
namespace {

constexpr double kEntryShare = 0.04;
constexpr double kPlaceShare = 0.04;
constexpr double kWantedShare = 0.01;
constexpr size_t kTypeBytes = 10;  // of a type: enough to tell the known ones from all others

std::string Shown(const Link& link) {
  return "\"" + Printable(link.name) + "\" in inode " + std::to_string(link.parent);
}

}  // namespace

Places::Places(const DecodeContext& context)
    : context_(context),
      family_(FamilyOf(kEntryPrefix)),
      something_below_(context.filter.MaySelectBelow(kTreeBelow)),
      by_child_(context.sorter_options(kEntryShare)),
      files_(context.sorter_options(kEntryShare)),
      directories_(context),
      all_(context.sorter_options(kPlaceShare)),
      wanted_(context.sorter_options(kWantedShare)),
      lost_(context) {}

Status Places::Find() {
  SNAPTREE_TRY(CollectEntries());
  SNAPTREE_TRY(JoinInodes());
  by_child_.reset();
  if (!root_is_file_) SNAPTREE_TRY(directories_->Resolve());
  if (!has_root_) {
    context_.findings.Warn("fs_root_missing",
                           "the root directory's inode is damaged, no directory, or in a snapshot "
                           "of another raft group",
                           "inode 1");
  }
  SNAPTREE_TRY(PlaceAll());
  return lost_.Write();
}

Status Places::CollectEntries() {
  context_.progress.Begin("read directories", "rows", context_.scan.of(family_).live);
  ViewCursor cursor(context_.source, context_.scan, family_);
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    Status why;
    SNAPTREE_TRY(Sort(row, &why));
    if (!why.ok()) SNAPTREE_TRY(context_.ledger.AddDamaged(family_, row, why));
    context_.progress.done.fetch_add(1, std::memory_order_relaxed);
  }
}

Status Places::Sort(const ViewRow& row, Status* why) {
  if (!ParseEntryKey(row.key, &entry_key_)) {
    *why = MalformedKey();
    return {};
  }
  Slice json;
  SNAPTREE_TRY(LoadJson(context_.source, row.body, &storage_, &json));
  *why = parser_.ParseEntry(json, &entry_);
  if (!why->ok()) return {};
  const Link link{entry_.inode, entry_key_.parent, entry_key_.name};
  if (entry_.has_unknown) {
    context_.findings.Warn("fs_entry_members",
                           "directory entries with members that this version does not know, which "
                           "are not in the tree",
                           Shown(link));
  }
  PackByChild(link, &key_);
  return by_child_->Add(key_, Slice(entry_.type).substr(0, kTypeBytes));
}

Status Places::JoinInodes() {
  context_.progress.Begin("read inodes", "rows", context_.scan.of(FamilyOf(kInodePrefix)).live);
  SortedRecords entries;
  SNAPTREE_TRY(entries.Begin(&*by_child_));
  InodeRows inodes(context_, Damage::kBook);
  Inode inode;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, inodes.Next(&inode));
    if (!more) break;
    if (inode.number == kRootInode) {
      root_is_file_ = inode.type == InodeType::kFile;
      has_root_ = !root_is_file_;
    }
    while (entries.IsBelow(inode.number)) SNAPTREE_TRY(TakeDangling(&entries));
    bool first = true;
    while (entries.IsAt(inode.number)) SNAPTREE_TRY(TakeEntry(inode, &entries, &first));
    context_.progress.done.fetch_add(1, std::memory_order_relaxed);
  }
  while (!entries.at_end()) SNAPTREE_TRY(TakeDangling(&entries));
  return {};
}

Status Places::TakeEntry(const Inode& inode, SortedRecords* entries, bool* first) {
  if (inode.IsGone()) return TakeDangling(entries);
  const Link link = UnpackByChild(entries->key());
  if (entries->payload() != InodeTypeName(inode.type)) {
    context_.findings.Warn("fs_entry_type_mismatch",
                           "directory entries of another type than their inode; the inode counts",
                           Shown(link));
  }
  if (inode.type == InodeType::kDirectory) {
    const bool leads = *first && link.child != link.parent && link.child != kRootInode;
    SNAPTREE_TRY(directories_->Add(link, leads));
    *first = *first && !leads;
  } else {
    PackByParent(link, &key_, &payload_);
    SNAPTREE_TRY(files_->Add(key_, payload_));
  }
  return entries->Next();
}

Status Places::TakeDangling(SortedRecords* entries) {
  const Link link = UnpackByChild(entries->key());
  context_.findings.Warn("fs_dangling_entry",
                         "directory entries without an inode: it is deleted, damaged, or in a "
                         "snapshot of another raft group",
                         Shown(link) + " names inode " + std::to_string(link.child));
  ++losses_;
  SNAPTREE_TRY(lost_.Add(link));
  return entries->Next();
}

// Both sorters are walked by directory.
Status Places::PlaceAll() {
  context_.progress.Begin("find paths", "entries", files_->size());
  SortedRecords directories;
  SortedRecords files;
  SNAPTREE_TRY(directories.Begin(&directories_->places()));
  SNAPTREE_TRY(files.Begin(&*files_));
  while (!directories.at_end()) {
    SNAPTREE_TRY(CheckCancelled());
    while (files.IsBelow(directories.number())) SNAPTREE_TRY(TakeUnreachable(&files));
    SNAPTREE_TRY(PlaceDirectory(directories, &files));
    SNAPTREE_TRY(directories.Next());
  }
  while (!files.at_end()) SNAPTREE_TRY(TakeUnreachable(&files));
  SortedRecords lost;
  SNAPTREE_TRY(lost.Begin(&directories_->lost()));
  while (!lost.at_end()) SNAPTREE_TRY(TakeUnreachable(&lost));
  files_.reset();
  directories_.reset();
  return {};
}

Status Places::PlaceDirectory(const SortedRecords& directory, SortedRecords* files) {
  Place place = UnpackPlace(directory.payload());
  const uint64_t number = directory.number();
  TreeAddress(place.path, &address_);
  // Who asks for the list of inodes beside files gets the directories that no file stands in too:
  // nothing else tells of them.
  place.selected = something_below_ ? context_.filter.Selects(address_, kInodesPath)
                                    : context_.filter.Selects(address_);
  const bool may_select = context_.filter.MaySelectBelow(address_.append("/"));
  bool wanted = place.selected;
  while (files->IsAt(number)) {
    SNAPTREE_TRY(
        PlaceFile(UnpackByParent(files->key(), files->payload()), place, may_select, &wanted));
    SNAPTREE_TRY(files->Next());
  }
  if (wanted) SNAPTREE_TRY(Want(number, place.ancestors));
  PackPlace({place.selected, Slice(), place.path}, &payload_);
  return all_.Add(directory.key(), payload_);
}

Status Places::PlaceFile(const Link& link, const Place& directory, bool may_select, bool* wanted) {
  ChildPath(directory.path, link.name, &path_);
  bool selected = may_select;
  if (may_select && !context_.filter.everything()) {
    TreeAddress(path_, &address_);
    selected = context_.filter.Selects(address_);
  }
  *wanted = *wanted || selected;
  PackByChild(link, &key_);
  PackPlace({selected, Slice(), path_}, &payload_);
  context_.progress.done.fetch_add(1, std::memory_order_relaxed);
  return all_.Add(key_, payload_);
}

Status Places::Want(uint64_t directory, Slice ancestors) {
  if (context_.filter.everything()) return {};
  key_.clear();
  AppendBe64(&key_, directory);
  SNAPTREE_TRY(wanted_.Add(key_, Slice()));
  for (size_t at = 0; at < ancestors.size(); at += sizeof(uint64_t)) {
    SNAPTREE_TRY(wanted_.Add(ancestors.substr(at, sizeof(uint64_t)), Slice()));
  }
  return {};
}

Status Places::TakeUnreachable(SortedRecords* by_parent) {
  const Link link = UnpackByParent(by_parent->key(), by_parent->payload());
  context_.findings.Warn("fs_unreachable_entry",
                         "entries of directories that cannot be reached from the root",
                         Shown(link) + " names inode " + std::to_string(link.child));
  SNAPTREE_TRY(lost_.Add(link));
  return by_parent->Next();
}

}  // namespace snaptree::fs
