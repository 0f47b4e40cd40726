// Builds EKVSSTI1 bundles for tests: good ones, and ones that are wrong in a chosen place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/pebble_table.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

// What the manifest says of one table.
struct BundledTable {
  std::string bytes;
  std::string smallest;
  std::string largest;
  std::string sha256;  // hex; empty: the right one
  uint64_t rows = 0;
  uint64_t row_bytes = 0;

  static BundledTable Of(const std::vector<StoredRow>& rows, PebbleTableOptions options = {});
};

// The parts of a bundle; Manifest() can be changed before Assemble().
struct BundleBuilder {
  std::string header;  // FSM header
  std::vector<BundledTable> tables;
  uint64_t last_commit_ts = kT1;
  uint64_t min_retained_ts = 0;
  uint64_t pending_min_retained_ts = 0;
  std::string applied_index = "66";  // empty: left out
  bool footer = true;

  BundleBuilder& Header1(uint64_t ceiling_ms);
  // Tables of at most this many rows.
  BundleBuilder& Add(const std::vector<StoredRow>& rows, size_t rows_a_table,
                     const PebbleTableOptions& options = {});

  std::string Manifest() const;
  std::string Assemble(const std::string& manifest) const;
  std::string Bytes() const { return Assemble(Manifest()); }
};

}  // namespace snaptree::test
