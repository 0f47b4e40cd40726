// Random filesystems as rows, and what they mean: a second reading of spec 06 chapter 4, simple,
// slow and all in memory, that shares nothing with adapters/fs but the filter of a selection.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "adapters/common/address_filter.h"
#include "tests/support/fs_rows.h"
#include "tests/support/memory_tree.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

struct FsStore {
  std::map<uint64_t, FsInode> inodes;
  std::map<std::pair<uint64_t, std::string>, std::pair<uint64_t, std::string>>
      entries;  // parent and name: inode and type
  std::map<std::tuple<uint64_t, uint64_t, uint64_t>, std::string> chunks;  // slot, inode, index
  std::map<uint64_t, uint64_t> versions;
  std::set<uint64_t> homes;
};

// The same seed gives the same store. Inodes are few, entries lead everywhere: loops, second names,
// unreachable and deleted inodes are the rule.
FsStore RandomFsStore(uint64_t seed);
// With older versions and deleted rows in between.
SnapshotBuilder ToSnapshot(const FsStore& store);

struct ExpectedFs {
  Files files;
  std::set<std::string> directories;
  uint64_t emitted = 0;
  uint64_t excluded = 0;
  std::map<std::string, uint64_t> findings;  // by code
};
ExpectedFs Expect(const FsStore& store, const AddressFilter& filter, bool include_orphans);

}  // namespace snaptree::test
