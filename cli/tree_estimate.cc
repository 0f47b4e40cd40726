#include "cli/tree_estimate.h"

#include <algorithm>
#include <array>

#include "decode/decoder.h"
#include "formats/family_table.h"

namespace snaptree::cli {
namespace {

// Families of which each live row stands for one file.
constexpr std::array<Slice, 11> kFileHeads = {
    "!hs|meta|",   "!lst|meta|",   "!redis|hash|",  "!redis|hll|", "!redis|set|", "!redis|stream|",
    "!redis|str|", "!redis|zset|", "!stream|meta|", "!st|meta|",   "!zs|meta|"};

constexpr uint64_t kRootFiles = 2;  // MANIFEST.json, CHECKSUMS

}  // namespace

TreeEstimate EstimateTree(const ScanResult& scan) {
  TreeEstimate estimate;
  estimate.files = kRootFiles;
  for (size_t i = 0; i < Families().size(); ++i) {
    const Family& family = Families()[i];
    const FamilyCounts& counts = scan.families[i];
    const bool unknown = family.family_class == FamilyClass::kUnknown;
    if (!unknown && family.family_class != FamilyClass::kData) continue;
    if (!unknown && !IsDecoded(family.adapter)) {
      estimate.left_rows += counts.live;
      continue;
    }
    estimate.bytes += counts.live_bytes;
    const bool is_head =
        std::find(kFileHeads.begin(), kFileHeads.end(), family.prefix) != kFileHeads.end();
    if (is_head) {
      estimate.files += counts.live;
    } else if (counts.live > 0 && family.prefix.starts_with('<')) {
      ++estimate.files;  // all rows of the family in one
    }
  }
  return estimate;
}

}  // namespace snaptree::cli
