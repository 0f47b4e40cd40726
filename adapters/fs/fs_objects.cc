#include "adapters/fs/fs_objects.h"

#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_paths.h"
#include "base/cancel.h"

namespace snaptree::fs {
namespace {

constexpr double kDirectoryShare = 0.03;

// Whether a choice names a describing file but nothing of what it describes. Then it comes whole;
// else it must fit what comes with it, or nobody could encode the tree.
bool IsSelectedAlone(const AddressFilter& filter, Slice path) {
  return filter.Selects(path) && !filter.Selects(kRootFolder) &&
         !filter.MaySelectBelow(kTreeBelow) && !filter.MaySelectBelow(kOrphansBelow);
}

std::string Shown(const Inode& inode) { return "inode " + std::to_string(inode.number); }

}  // namespace

Objects::Objects(const DecodeContext& context, bool include_orphans, Places& places,
                 Content& content)
    : context_(context),
      include_orphans_(include_orphans),
      all_lines_(IsSelectedAlone(context.filter, kInodesPath)),
      all_names_(IsSelectedAlone(context.filter, kKeymapPath)),
      all_links_(context.filter.Selects(kExtraLinksPath)),
      places_(places),
      content_(content),
      lines_(context),
      directories_(context.sorter_options(kDirectoryShare)),
      homes_(context, kHomePrefix),
      versions_(context, kDirVersionPrefix) {}

Status Objects::Write() {
  const FamilyId family = FamilyOf(kInodePrefix);
  context_.progress.Begin("write inodes", "inodes", context_.scan.of(family).live);
  SNAPTREE_TRY(place_.Begin(&places_.all()));
  SNAPTREE_TRY(wanted_.Begin(&places_.wanted_directories()));
  SNAPTREE_ASSIGN(has_home_, homes_.Next());
  SNAPTREE_ASSIGN(has_version_, versions_.Next());
  InodeRows inodes(context_, Damage::kSkip);
  Inode inode;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, inodes.Next(&inode));
    if (!more) break;
    SNAPTREE_ASSIGN(const Fate fate, Take(inode));
    context_.ledger.Add(family, fate);
    SNAPTREE_TRY(BookHomes(inode.number, fate));
    context_.progress.done.fetch_add(1, std::memory_order_relaxed);
  }
  SNAPTREE_TRY(BookHomes(UINT64_MAX, Fate::kOperational));
  SNAPTREE_TRY(lines_.Finish());
  return CreateDirectories();
}

Result<Objects::Fate> Objects::Take(const Inode& inode) {
  while (place_.IsBelow(inode.number)) SNAPTREE_TRY(place_.Next());  // a root without its row
  if (place_.IsAt(inode.number)) return TakeLive(inode);
  return inode.IsGone() ? TakeGone(inode) : TakeUnreachable(inode);
}

Result<Objects::Fate> Objects::TakeLive(const Inode& inode) {
  const Place place = UnpackPlace(place_.payload());
  const Link link = UnpackByChild(place_.key());
  const bool is_directory = inode.type == InodeType::kDirectory;
  bool selected = place.selected;
  if (is_directory) {
    SNAPTREE_ASSIGN(selected, IsWanted(inode.number));
  }
  const bool has_line = selected || all_lines_;
  std::optional<uint64_t> version;
  if (is_directory) SNAPTREE_TRY(FindVersion(inode.number, &version));
  if (has_line) SNAPTREE_TRY(lines_.AddInode(inode, place.path, version));
  if (has_line || all_names_) SNAPTREE_TRY(lines_.AddName(link.name, place.path));
  SNAPTREE_TRY(TakeObject(inode, place, selected));
  const Fate fate = has_line ? Fate::kEmitted : Fate::kExcluded;
  if (inode.number != kRootInode) context_.ledger.Add(FamilyOf(kEntryPrefix), fate);
  SNAPTREE_TRY(place_.Next());
  SNAPTREE_TRY(TakeExtraLinks(inode.number));
  return fate;
}

Status Objects::TakeObject(const Inode& inode, const Place& place, bool selected) {
  if (selected) ++records_;
  TreeAddress(place.path, &address_);
  if (inode.type == InodeType::kDirectory)
    return selected ? directories_.Add(address_, Slice()) : Status::Ok();
  return selected ? content_.AddFile(inode, address_) : content_.AddExcluded(inode);
}

// Only hard links make them, which the live node cannot create.
Status Objects::TakeExtraLinks(uint64_t number) {
  for (; place_.IsAt(number);) {
    const Slice path = UnpackPlace(place_.payload()).path;
    context_.findings.Warn("fs_extra_link",
                           "second names of files, which stand in fs/_orphans/extra_links.jsonl",
                           std::string(path));
    if (all_links_) {
      SNAPTREE_TRY(lines_.AddExtraLink(number, path));
      SNAPTREE_TRY(lines_.AddName(UnpackByChild(place_.key()).name, path));
    }
    context_.ledger.Add(FamilyOf(kEntryPrefix), all_links_ ? Fate::kEmitted : Fate::kExcluded);
    SNAPTREE_TRY(place_.Next());
  }
  return {};
}

Result<Objects::Fate> Objects::TakeGone(const Inode& inode) {
  context_.findings.Note("fs_orphaned_inodes",
                         "files that were deleted while they were open; written with "
                         "--include-orphans only",
                         Shown(inode));
  return include_orphans_ ? Orphan(inode) : Fate::kOperational;
}

Result<Objects::Fate> Objects::TakeUnreachable(const Inode& inode) {
  context_.findings.Warn("fs_unreachable_inode",
                         "inodes without a path from the root: the entry that leads there may be "
                         "in a snapshot of another raft group; the content of files is in "
                         "fs/_orphans/",
                         Shown(inode));
  ++losses_;
  return Orphan(inode);
}

Result<Objects::Fate> Objects::Orphan(const Inode& inode) {
  if (inode.type == InodeType::kDirectory) return Fate::kOperational;
  const std::string path = OrphanPath(inode.number, ".bin");
  if (!context_.filter.Selects(path)) {
    SNAPTREE_TRY(content_.AddExcluded(inode));
    return Fate::kExcluded;
  }
  ++records_;
  SNAPTREE_TRY(content_.AddFile(inode, path));
  return Fate::kEmitted;
}

Result<bool> Objects::IsWanted(uint64_t directory) {
  if (context_.filter.everything()) return true;
  while (wanted_.IsBelow(directory)) SNAPTREE_TRY(wanted_.Next());
  return wanted_.IsAt(directory);
}

Status Objects::FindVersion(uint64_t number, std::optional<uint64_t>* version) {
  for (; has_version_ && !(versions_.has_number() && versions_.number() > number);) {
    if (versions_.has_number() && versions_.number() == number) {
      Slice json;
      uint64_t value = 0;
      SNAPTREE_TRY(versions_.Json(&json));
      if (ParseDirVersion(json, &value)) {
        *version = value;
      } else {
        context_.findings.Warn("fs_invalid_dir_version",
                               "versions of directories that are no numbers, left out",
                               "inode " + std::to_string(number));
      }
    }
    SNAPTREE_ASSIGN(has_version_, versions_.Next());
  }
  return {};
}

// Books the homes up to that of this inode, which shares its fate. Nothing of them is needed: the
// inode decides where its chunks are.
Status Objects::BookHomes(uint64_t number, Fate fate) {
  for (; has_home_ && !(homes_.has_number() && homes_.number() > number);) {
    Status why = homes_.has_number() ? Status::Ok() : MalformedKey();
    if (why.ok()) {
      Slice json;
      SNAPTREE_TRY(homes_.Json(&json));
      why = parser_.CheckHome(json);
    }
    if (!why.ok()) {
      SNAPTREE_TRY(context_.ledger.AddDamaged(homes_.family(), homes_.row(), why));
    } else {
      context_.ledger.Add(homes_.family(), homes_.number() == number ? fate : Fate::kOperational);
    }
    SNAPTREE_ASSIGN(has_home_, homes_.Next());
  }
  return {};
}

// By path, so that each is made inside one that is at hand.
Status Objects::CreateDirectories() {
  context_.progress.Begin("create directories", "directories", directories_.size());
  SortedRecords paths;
  SNAPTREE_TRY(paths.Begin(&directories_));
  while (!paths.at_end()) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_TRY(context_.sink.CreateDirectory(paths.key()));
    SNAPTREE_TRY(paths.Next());
    context_.progress.done.fetch_add(1, std::memory_order_relaxed);
  }
  return {};
}

}  // namespace snaptree::fs
