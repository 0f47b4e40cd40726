// The manifest of an EKVSSTI1 bundle: which tables stand behind it (spec 01 chapter 3).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/sha256.h"
#include "formats/row.h"
#include "formats/table/table.h"

namespace snaptree {

// One table of the bundle.
struct BundleFile {
  Extent region;  // of the bundle's file
  Sha256Digest sha256{};
  std::string smallest;  // raw keys of its first and last row
  std::string largest;
  std::shared_ptr<const Table> recovered = nullptr;  // its blocks, when salvage found no index
};

struct BundleManifest {
  uint64_t last_commit_ts = 0;  // HLC
  uint64_t min_retained_ts = 0;
  uint64_t pending_min_retained_ts = 0;
  std::optional<uint64_t> applied_index;
  uint64_t entry_count = 0;
  uint64_t uncompressed_bytes = 0;  // of raw keys and stored values
  std::vector<BundleFile> files;
  Extent text;       // the JSON, in the bundle's file
  uint64_t end = 0;  // offset in the file behind the last table
};

// "000007.sst"
std::string BundleFileName(size_t number);

// Reads and checks the manifest of the bundle whose magic stands at `begin`. The tables lie within
// the file and the keys of their bounds ascend; nothing of a table is read. "PayloadTruncated",
// "BundleManifest", "BundleMismatch" (its SHA-256), "BundleVersion". With `cut` a file that ends
// before its last table does is taken: regions may leave it.
Result<BundleManifest> ReadBundleManifest(const InputFile& file, uint64_t begin, bool cut);

}  // namespace snaptree
