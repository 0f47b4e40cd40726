#include "adapters/fs/fs_tree_join.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_paths.h"
#include "base/cancel.h"

namespace snaptree::fs {
namespace {

constexpr const char* kCode = "FsEncodeInvalid";
constexpr uint64_t kCancelCheckMask = 0xfff;
constexpr uint32_t kLinksOfDirectory = 2;  // its own and its parent's; one more for each in it

std::string LineAddress(uint64_t number) { return "line " + std::to_string(number); }

std::string Shown(const InodeLine& line) {
  return std::string(kInodesPath) + ": " + LineAddress(line.number);
}

}  // namespace

TreeJoin::TreeJoin(FsEncoding& run, TreeLines& lines, TreeWalk& walk)
    : run_(run),
      context_(run.context),
      tree_lines_(lines),
      walk_(walk),
      files_(run.context, [&run] { return std::make_unique<FileEncoder>(run); }),
      inode_rows_(run.context.rows) {}

Status TreeJoin::LineError(uint64_t line, Status error) const {
  return context_.findings.TakeError(std::move(error).At(kInodesPath).Address(LineAddress(line)));
}

Status TreeJoin::Run() {
  SNAPTREE_TRY(lines_.Begin(&tree_lines_.by_path()));
  SNAPTREE_TRY(objects_.Begin(&walk_.objects()));
  if (lines_.at_end() || !lines_.key().empty()) {
    // The rest goes on as if the root had its line.
    open_.emplace_back().line.broken = true;
    if (!tree_lines_.has_unreadable()) {
      SNAPTREE_TRY(context_.findings.TakeError(
          DataError(kCode, "there is no line of the root directory")
              .At(kInodesPath)
              .Expected("a line with \"inode\":1, \"type\":\"directory\" and \"path\":\"\"")));
    }
  }
  SNAPTREE_TRY(TakeLines());
  while (!open_.empty()) SNAPTREE_TRY(Close());
  return files_.Finish();
}

Status TreeJoin::TakeLines() {
  for (uint64_t n = 1; !lines_.at_end() || !objects_.at_end(); ++n) {
    if ((n & kCancelCheckMask) == 0) SNAPTREE_TRY(CheckCancelled());
    if (lines_.at_end() || (!objects_.at_end() && objects_.key() < lines_.key())) {
      SNAPTREE_TRY(TakeUnknown());
      continue;
    }
    key_.assign(lines_.key());
    payload_.assign(lines_.payload());
    line_ = UnpackInodeLine(payload_);
    Object object;
    if (!objects_.at_end() && objects_.key() == key_) {
      object = static_cast<EntryKind>(objects_.payload()[0]);
      SNAPTREE_TRY(objects_.Next());
    }
    SNAPTREE_TRY(TakeLine(object));
    SNAPTREE_TRY(lines_.Next());
    while (!lines_.at_end() && lines_.key() == key_) {
      SNAPTREE_TRY(
          LineError(UnpackInodeLine(lines_.payload()).line.number,
                    DataError(kCode, "another line has this path already")
                        .Found(address_ + ", also in line " + std::to_string(line_.line.number))
                        .Next("remove one of them")));
      SNAPTREE_TRY(lines_.Next());
    }
  }
  return {};
}

// An object without a line.
Status TreeJoin::TakeUnknown() {
  const std::string address = AddressOfKey(objects_.key());
  const auto kind = static_cast<EntryKind>(objects_.payload()[0]);
  SNAPTREE_TRY(objects_.Next());
  if (kind == EntryKind::kOther)
    return context_.findings.TakeError(context_.input.source().Open(address).status());
  // Any of them may be that of a line that cannot be read.
  if (tree_lines_.has_unreadable()) return {};
  // The missing line of the root was told.
  if (address == kTreeFolder) return {};
  if (context_.ignore_extra) return UnexpectedFile(context_, address, "");
  return context_.findings.TakeError(
      DataError(kCode, kind == EntryKind::kFile ? "the file has no line in fs/inodes.jsonl"
                                                : "the folder has no line in fs/inodes.jsonl")
          .At(address)
          .Next("add a line with a number that no other inode has, or move it out of the tree: "
                "encode --ignore-extra leaves such files out"));
}

bool TreeJoin::IsIn(const Directory& directory, Slice key) const {
  const size_t size = directory.key_size;
  if (size == 0) return !key.empty();
  return key.size() > size && key[size] == '\0' &&
         key.starts_with(Slice(open_key_).substr(0, size));
}

Status TreeJoin::CloseTo(Slice key) {
  while (!open_.empty() && !IsIn(open_.back(), key)) SNAPTREE_TRY(Close());
  return {};
}

Status TreeJoin::TakeLine(Object object) {
  SNAPTREE_TRY(CloseTo(key_));
  address_ = AddressOfKey(key_);
  other_path_.clear();
  InodeLine& line = line_.line;
  SNAPTREE_TRY(CheckObject(object));
  if (!key_.empty()) {
    SNAPTREE_TRY(CheckParent());
  } else if (!line.broken) {
    SNAPTREE_TRY(CorrectParent(&line, kRootInode));
  }
  if (!line.broken) {
    run_.usage->files.fetch_add(1, std::memory_order_relaxed);
    SNAPTREE_TRY(CheckName());
    if (line.empty_extra) SNAPTREE_TRY(run_.LinesDiffer());
    if (line.completed) {
      context_.findings.Note("fs_line_completed",
                             "lines without some of their members, or with a home_slot or epoch "
                             "of 0: they get what a node gives them",
                             Shown(line));
      SNAPTREE_TRY(run_.LinesDiffer());
    }
  }
  const bool is_directory =
      line.has_type ? line.inode.type == InodeType::kDirectory : object == EntryKind::kFolder;
  if (key_.empty() || is_directory) return Open();
  if (object != EntryKind::kFile) return {};
  if (!line.broken && line.inode.nlink == 0) SNAPTREE_TRY(CorrectLinks(&line, 1));
  PackInodeLine(line_, &packed_);
  return files_.Add(address_, packed_);
}

// What stands in the tree must be what the line says.
Status TreeJoin::CheckObject(Object object) {
  InodeLine& line = line_.line;
  if (object == EntryKind::kOther) {
    line.broken = true;
    return context_.findings.TakeError(context_.input.source().Open(address_).status());
  }
  if (line.broken) return {};
  const bool is_directory = line.inode.type == InodeType::kDirectory;
  if (object == (is_directory ? EntryKind::kFolder : EntryKind::kFile)) return {};
  if (object) {
    line.broken = true;
    return context_.findings.TakeError(
        DataError(kCode, "the tree and fs/inodes.jsonl disagree about what this is")
            .At(address_)
            .Expected(std::string("a ") + InodeTypeName(line.inode.type) + ", as line " +
                      std::to_string(line.number) + " of fs/inodes.jsonl says")
            .Found(object == EntryKind::kFile ? "a file" : "a folder"));
  }
  if (is_directory) {
    // Tools that copy trees leave them out when they are empty (decision 23).
    context_.findings.Warn("fs_directory_created",
                           "directories of fs/inodes.jsonl that fs/tree/ does not have; they are "
                           "in the snapshot, empty",
                           address_);
    return context_.differences.Add(address_);
  }
  line.broken = true;
  return LineError(line.number, DataError(kCode, "the file of this line is missing")
                                    .Expected("a file " + address_)
                                    .Next("bring it back, or remove the line"));
}

Status TreeJoin::CheckParent() {
  InodeLine& line = line_.line;
  const size_t parent_size = std::min(key_.rfind('\0'), key_.size());
  const bool in_root = parent_size == key_.size();
  const bool found = !open_.empty() && open_.back().key_size == (in_root ? 0 : parent_size);
  if (!found) {
    const bool told = std::exchange(line.broken, true) || tree_lines_.has_unreadable();
    if (told) return {};
    return LineError(line.number,
                     DataError(kCode, "the directory that this is in has no line, or a file's")
                         .Expected("a line of a directory with the path \"" +
                                   PathOfKey(Slice(key_).substr(0, parent_size)) + "\""));
  }
  Directory& parent = open_.back();
  parent.has_entries = true;
  if (line.has_type && line.inode.type == InodeType::kDirectory) ++parent.directories;
  if (line.broken || parent.line.broken) return {};
  return CorrectParent(&line, parent.line.inode.number);
}

Status TreeJoin::CorrectParent(InodeLine* line, uint64_t parent) {
  if (line->inode.parent == parent) return {};
  line->inode.parent = parent;
  if (line->has_parent) {
    context_.findings.Warn("fs_parent_corrected",
                           "lines whose parent is not the inode of the directory that they are in "
                           "were corrected",
                           Shown(*line));
  }
  return run_.LinesDiffer();
}

Status TreeJoin::CorrectLinks(InodeLine* line, uint32_t nlink) {
  line->inode.nlink = nlink;
  if (line->has_nlink) {
    context_.findings.Warn("fs_nlink_corrected",
                           "counts of links that are not what the tree tells were corrected",
                           Shown(*line));
  }
  return run_.LinesDiffer();
}

// Names that are not as snaptree writes them: this place, and all below it, will have others.
Status TreeJoin::CheckName() {
  const InodeLine& line = line_.line;
  if (key_.empty()) return {};
  if (line.other_name) {
    context_.findings.Note("name_not_canonical",
                           "file names that snaptree would have written otherwise", address_);
  }
  const std::string& parent = open_.empty() ? other_path_ : open_.back().other_path;
  if (!line.other_name && parent.empty()) return {};
  const std::string path = PathOfKey(key_);
  const size_t slash = path.rfind('/');
  const std::string above =
      !parent.empty() ? parent : path.substr(0, slash == std::string::npos ? 0 : slash);
  ChildPath(above, line_.name, &other_path_);
  std::string address;
  TreeAddress(other_path_, &address);
  SNAPTREE_TRY(context_.differences.Add(address_));
  SNAPTREE_TRY(context_.differences.Add(address));
  SNAPTREE_TRY(context_.differences.Add(kKeymapPath));
  return run_.LinesDiffer();
}

Status TreeJoin::Open() {
  Directory& directory = open_.emplace_back();
  directory.line = line_.line;
  directory.name = line_.name;
  directory.extra = line_.extra;
  directory.key_size = key_.size();
  directory.other_path = other_path_;
  open_key_.assign(key_);
  return {};
}

Status TreeJoin::Close() {
  Directory directory = std::move(open_.back());
  open_.pop_back();
  if (!open_.empty()) open_key_.resize(open_.back().key_size);
  if (directory.line.broken) return {};
  SNAPTREE_TRY(CompleteDirectory(&directory));
  if (!run_.puts_rows) return {};
  Status put = inode_rows_.Put({directory.line, directory.name, directory.extra});
  return put.ok() ? put : LineError(directory.line.number, std::move(put));
}

// All that is in it is known.
Status TreeJoin::CompleteDirectory(Directory* directory) {
  InodeLine& line = directory->line;
  const auto nlink = static_cast<uint32_t>(std::min<uint64_t>(
      kLinksOfDirectory + directory->directories, std::numeric_limits<uint32_t>::max()));
  if (line.inode.nlink != nlink) SNAPTREE_TRY(CorrectLinks(&line, nlink));
  if (line.has_dir_version || !directory->has_entries) return {};
  context_.findings.Note("fs_dir_version_completed",
                         "directories with entries but without a dir_version: that is their "
                         "mtime_nsec",
                         Shown(line));
  line.has_dir_version = true;
  line.dir_version = static_cast<uint64_t>(std::max<int64_t>(line.inode.mtime_nsec, 0));
  return run_.LinesDiffer();
}

}  // namespace snaptree::fs
