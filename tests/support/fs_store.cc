// Random filesystems: see fs_store.h. What they mean is in fs_meaning.cc.
#include "tests/support/fs_store.h"

#include <iterator>
#include <random>

namespace snaptree::test {
namespace {

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  FsStore Make() {
    if (!Chance(5)) AddInode(1);
    const size_t inodes = Below(12);
    for (size_t i = 0; i < inodes; ++i) AddInode(Number());
    const size_t entries = Below(20);
    for (size_t i = 0; i < entries; ++i) AddEntry();
    const size_t chunks = Below(20);
    for (size_t i = 0; i < chunks; ++i) AddChunk();
    for (size_t i = 0; i < 3; ++i) {
      store_.versions[Number()] = random_();
      store_.homes.insert(Number());
    }
    return std::move(store_);
  }

 private:
  size_t Below(size_t n) { return random_() % n; }
  bool Chance(size_t percent) { return Below(100) < percent; }
  uint64_t Number() {
    constexpr uint64_t kNumbers[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, UINT64_MAX, uint64_t{1} << 60};
    return kNumbers[Below(Chance(80) ? 9 : std::size(kNumbers))];
  }

  void AddInode(uint64_t number) {
    const bool directory = number == 1 ? !Chance(3) : Chance(55);
    FsInode inode = directory ? FsDirectory(number) : FsFile(number, Below(12));
    if (Chance(20)) inode.home_slot = Number();
    if (!directory) inode.chunk_size = Below(5);
    inode.orphaned = Chance(7);
    if (Chance(5)) inode.nlink = 0;
    inode.parent = Number();
    store_.inodes[number] = inode;
  }

  // An inode that is there, mostly.
  uint64_t SomeInode() {
    if (store_.inodes.empty() || Chance(6)) return Number();
    return std::next(store_.inodes.begin(),
                     static_cast<std::ptrdiff_t>(Below(store_.inodes.size())))
        ->first;
  }

  void AddEntry() {
    static const std::string kNames[] = {"a",   "b",    "c",   std::string(250, 'x'),
                                         "a|b", "\xff", "..x", "b64.q"};
    const std::string& name = kNames[Below(Chance(70) ? 3 : std::size(kNames))];
    const uint64_t child = SomeInode();
    const auto inode = store_.inodes.find(child);
    std::string type = inode == store_.inodes.end() ? "file" : inode->second.type;
    if (Chance(4)) type = "file";
    store_.entries[{SomeInode(), name}] = {child, type};
  }

  void AddChunk() {
    const uint64_t inode = SomeInode();
    const auto found = store_.inodes.find(inode);
    const uint64_t slot =
        found == store_.inodes.end() || Chance(15) ? Number() : found->second.home_slot;
    std::string value;
    for (size_t n = Below(6); n > 0; --n) value += static_cast<char>(Below(3) + 'p');
    store_.chunks[{slot, inode, Chance(3) ? random_() : Below(4)}] = value;
  }

  std::mt19937_64 random_;
  FsStore store_;
};

void PutVersions(SnapshotBuilder* rows, const std::string& key, const std::string& value) {
  const size_t kind = (static_cast<uint8_t>(key.back()) + value.size()) % 4;
  if (kind == 0) rows->Put(key, kT0, "an older version");
  if (kind == 1) rows->Delete(key, kT0);
  rows->Put(key, kind < 2 ? kT1 : kT0, value);
}

}  // namespace

FsStore RandomFsStore(uint64_t seed) { return Generator(seed).Make(); }

SnapshotBuilder ToSnapshot(const FsStore& store) {
  SnapshotBuilder rows;
  for (const auto& [number, inode] : store.inodes)
    PutVersions(&rows, FsInodeKey(number), FsInodeValue(inode));
  for (const auto& [place, entry] : store.entries) {
    PutVersions(&rows, FsEntryKey(place.first, place.second),
                FsEntryValue(entry.first, entry.second));
  }
  for (const auto& [place, value] : store.chunks) {
    const auto& [slot, inode, index] = place;
    PutVersions(&rows, FsChunkKey(slot, inode, index), value);
  }
  for (const auto& [number, version] : store.versions)
    PutVersions(&rows, FsDirVersionKey(number), std::to_string(version));
  for (const uint64_t number : store.homes)
    PutVersions(&rows, FsHomeKey(number), FsHomeValue(number));
  return rows.Delete(FsInodeKey(77), kT0).Delete(FsChunkKey(77, 77, 0), kT1);
}

}  // namespace snaptree::test
