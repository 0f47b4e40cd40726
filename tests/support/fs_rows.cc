#include "tests/support/fs_rows.h"

namespace snaptree::test {
namespace {

std::string BigEndian(uint64_t v) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(v >> shift & 0xff);
  return out;
}

std::string Quoted(Slice ascii) { return "\"" + std::string(ascii) + "\""; }

// All members but `orphaned`.
std::string Members(const FsInode& i) {
  const auto number = [](const char* name, auto value) {
    return Quoted(name) + ":" + std::to_string(value) + ",";
  };
  std::string text = number("inode", i.inode) + number("parent", i.parent) +
                     "\"type\":" + Quoted(i.type) + "," + number("mode", i.mode) +
                     number("uid", i.uid) + number("gid", i.gid) + number("size", i.size) +
                     number("atime_nsec", i.atime_nsec) + number("mtime_nsec", i.mtime_nsec) +
                     number("ctime_nsec", i.ctime_nsec) + number("chunk_size", i.chunk_size) +
                     number("home_slot", i.home_slot) + number("epoch", i.epoch) +
                     number("nlink", i.nlink) + number("generation", i.generation);
  text.pop_back();
  return text;
}

}  // namespace

std::string FsInodeKey(uint64_t inode) { return "!fs|ino|" + BigEndian(inode); }
std::string FsDirVersionKey(uint64_t inode) { return "!fs|dirv|" + BigEndian(inode); }
std::string FsHomeKey(uint64_t inode) { return "!fs|home|" + BigEndian(inode); }

std::string FsEntryKey(uint64_t parent, Slice name) {
  std::string key = "!fs|dir|" + BigEndian(parent);
  for (const char c : name) {
    key += c;
    if (c == '\0') key += '\xff';
  }
  return key.append(2, '\0');
}

std::string FsChunkKey(uint64_t home_slot, uint64_t inode, uint64_t index) {
  return "!fs|chk|" + BigEndian(home_slot) + BigEndian(inode) + BigEndian(index);
}

FsInode FsFile(uint64_t inode, uint64_t size) {
  FsInode file;
  file.inode = inode;
  file.home_slot = inode;
  file.size = size;
  return file;
}

FsInode FsDirectory(uint64_t inode) {
  FsInode directory;
  directory.inode = inode;
  directory.home_slot = inode;
  directory.type = "directory";
  directory.mode = 493;
  directory.nlink = 2;
  return directory;
}

std::string FsInodeValue(const FsInode& inode) {
  return "{" + Members(inode) + (inode.orphaned ? ",\"orphaned\":true" : "") + inode.extra + "}";
}

std::string FsInodeLine(const FsInode& inode, Slice path, std::optional<uint64_t> dir_version,
                        Slice x_extra) {
  std::string line = "{" + Members(inode) + ",\"path\":" + Quoted(path);
  if (dir_version) line += ",\"dir_version\":" + std::to_string(*dir_version);
  if (!x_extra.empty()) line.append(",\"x_extra\":").append(x_extra);
  return line + "}\n";
}

std::string FsEntryValue(uint64_t inode, Slice type) {
  return "{\"inode\":" + std::to_string(inode) + ",\"type\":" + Quoted(type) + "}";
}

std::string FsHomeValue(uint64_t home_slot) {
  return "{\"home_slot\":" + std::to_string(home_slot) + ",\"state\":\"active\",\"epoch\":1}";
}

SnapshotBuilder FsRoot() {
  return SnapshotBuilder().Put(FsInodeKey(1), kT0, FsInodeValue(FsDirectory(1)));
}

void PutFs(SnapshotBuilder* rows, uint64_t parent, Slice name, const FsInode& inode) {
  rows->Put(FsInodeKey(inode.inode), kT0, FsInodeValue(inode));
  rows->Put(FsEntryKey(parent, name), kT0, FsEntryValue(inode.inode, inode.type));
}

}  // namespace snaptree::test
