// Random DynamoDB tables in every state of a migration, and the simple reading of spec 03 chapters
// 3 and 4 of what their tree is: everything in memory, one rule after the other.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/memory_tree.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test::ddb {

struct StoredItem {
  std::string key;  // of the row, logical
  uint64_t generation = 0;
  bool ordered = false;  // the form of the key
  std::string value;
  // What is known about it without reading the row.
  bool damaged = false;
  bool right = false;    // the key is that of the item, in the form of its place
  std::string tail;      // of the item's own ordered key; empty: it has none
  std::string row_tail;  // of the row's key, when that is ordered
  std::string path;      // below items/
  std::string pretty;    // its file
  std::string line;      // its text in a line
};

enum class Record : uint8_t { kThere, kAbsent, kDamaged };

struct StoredTable {
  std::string name;
  Record record = Record::kThere;
  bool counter = true;
  uint64_t version = 2;
  uint64_t migrating_from = 0;
  uint64_t generation = 1;
  bool has_range = false;
  std::map<std::string, StoredItem> items;  // by raw key: in row order
};

using Tables = std::vector<StoredTable>;
Tables RandomTables(uint64_t seed);
SnapshotBuilder ToSnapshot(const Tables& tables);

struct ExpectedItems {
  Files files;                       // of items, by path in the tree
  std::vector<std::string> orphans;  // lines, sorted
  uint64_t emitted = 0;              // item rows
  uint64_t operational = 0;
  uint64_t unknown = 0;
  uint64_t damaged = 0;
};
ExpectedItems Expect(const Tables& tables);

}  // namespace snaptree::test::ddb
