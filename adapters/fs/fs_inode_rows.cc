#include "adapters/fs/fs_inode_rows.h"

#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_paths.h"
#include "base/coding.h"

namespace snaptree::fs {

InodeRowWriter::InodeRowWriter(RowWriters& writers)
    : rows_(writers.Borrow()), json_(JsonStyle::kCompact, HtmlEscape::kOff) {}

void InodeRowWriter::BeginKey(Slice prefix, uint64_t number) {
  key_.assign(prefix);
  AppendBe64(&key_, number);
}

Status InodeRowWriter::Put(const NamedInodeLine& line) {
  const InodeNumbers& inode = line.line.inode;
  rows_->From(kInodesPath, line.line.number);
  SNAPTREE_TRY(PutInode(inode, line.extra));
  SNAPTREE_TRY(PutHome(inode));
  if (inode.number != kRootInode) SNAPTREE_TRY(PutEntry(inode, line.name));
  if (!line.line.has_dir_version) return {};
  BeginKey(kDirVersionPrefix, inode.number);
  return rows_->Put(key_, std::to_string(line.line.dir_version));
}

Status InodeRowWriter::PutInode(const InodeNumbers& inode, Slice extra) {
  json_.Reset();
  json_.StartObject();
  WriteInodeMembers(json_, inode);
  json_.EndObject();
  value_.assign(json_.text());
  value_.insert(value_.size() - 1, extra);
  BeginKey(kInodePrefix, inode.number);
  return rows_->Put(key_, value_);
}

// Home slot and epoch are those of the inode: with others a node refuses every write.
Status InodeRowWriter::PutHome(const InodeNumbers& inode) {
  json_.Reset();
  json_.StartObject();
  json_.Member("home_slot", inode.home_slot);
  json_.Member("state", "active");
  json_.Member("epoch", inode.epoch);
  json_.EndObject();
  BeginKey(kHomePrefix, inode.number);
  return rows_->Put(key_, json_.text());
}

Status InodeRowWriter::PutEntry(const InodeNumbers& inode, Slice name) {
  json_.Reset();
  json_.StartObject();
  json_.Member("inode", inode.number);
  json_.Member("type", InodeTypeName(inode.type));
  json_.EndObject();
  BeginKey(kEntryPrefix, inode.parent);
  AppendOrdered(&key_, name);
  return rows_->Put(key_, json_.text());
}

}  // namespace snaptree::fs
