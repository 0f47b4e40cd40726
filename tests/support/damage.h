// Small whole snapshots to damage, and one flipped bit.
#pragma once

#include <string>
#include <vector>

#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

struct DamageCase {
  std::string name;
  SnapshotBuilder builder;
  size_t header_bytes = 0;  // of the FSM header

  // Whether the byte at an offset tells what the file is: magics and the header's own length.
  bool SaysWhatItIs(size_t at) const {
    if (at >= header_bytes && at < header_bytes + 8) return true;
    return at < 8 || (header_bytes > 16 && at < 10);
  }
};

inline std::string WithFlippedBit(std::string bytes, size_t at, int bit) {
  bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << bit));
  return bytes;
}

// Rows of many families, with versions, tombstones and empty values.
inline void AddManyFamilies(SnapshotBuilder* builder) {
  builder->Put("!ddb|item|t|1", kT0, "{\"a\":1}")
      .Put("!hs|fld|h|f", kT1, "new")
      .Put("!hs|fld|h|f", kT0, "old")
      .Delete("!redis|str|hello", kT1)
      .Put("!redis|str|hello", kT0, "world")
      .Put("!redis|ttl|hello", kT0, "12345678")
      .Put("!txn|lock|x", kT0, "lock")
      .Metadata("_meta_applied_index", 66)
      .Metadata("_meta_last_commit_ts", kT1);
}

inline std::vector<DamageCase> DamageCases() {
  std::vector<DamageCase> cases(5);
  cases[0].name = "of a live node";
  cases[0].header_bytes = 16;
  cases[0].builder.Header1(1767225604000);
  AddManyFamilies(&cases[0].builder);

  cases[1].name = "with a long header, bare rows at the end";
  cases[1].header_bytes = 10 + 21;
  cases[1].builder.Header2(1767225604000, 4242, 21);
  AddManyFamilies(&cases[1].builder);
  cases[1].builder.Put("user:1", kT0, "1").Put("user:2", kT1, "").Put("zzz", kT0, "last");

  cases[2].name = "without header";
  AddManyFamilies(&cases[2].builder);
  cases[2].builder.Put("user:2", kT1, "");

  cases[3].name = "of an empty store";
  cases[3].header_bytes = 16;
  cases[3].builder.Header1(0);

  // Values in which lengths, headers and zeros look like rows, and a value of 4 bytes less than a
  // power of two.
  cases[4].name = "values like rows";
  cases[4].header_bytes = 16;
  cases[4]
      .builder.Header1(1)
      .Put("a", kT0, FramedRow(RawKey("b", kT0), StoredValue("inner")))
      .Put("b", kT0, std::string(24, '\0'))
      .Put("c", kT0, std::string(3, '\0'));
  return cases;
}

}  // namespace snaptree::test
