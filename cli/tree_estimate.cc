#include "cli/tree_estimate.h"

#include <algorithm>
#include <iterator>

#include "formats/family_table.h"

namespace snaptree::cli {
namespace {

// Families of which each live row stands for files: how many.
struct FileHead {
  Slice prefix;
  uint64_t files;
};
constexpr FileHead kFileHeads[] = {
    {"!ddb|item|", 1},     {"!ddb|meta|table|", 2}, {"!fs|ino|", 1},      {"!hs|meta|", 1},
    {"!lst|meta|", 1},     {"!redis|hash|", 1},     {"!redis|hll|", 1},   {"!redis|set|", 1},
    {"!redis|stream|", 1}, {"!redis|str|", 1},      {"!redis|zset|", 1},  {"!s3|bucket|meta|", 1},
    {"!s3|obj|head|", 2},  {"!sqs|queue|meta|", 3}, {"!stream|meta|", 1}, {"!st|meta|", 1},
    {"!zs|meta|", 1}};

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
    estimate.bytes += counts.live_bytes;
    const FileHead* const head =
        std::find_if(std::begin(kFileHeads), std::end(kFileHeads),
                     [&family](const FileHead& h) { return h.prefix == family.prefix; });
    if (head != std::end(kFileHeads)) {
      estimate.files += counts.live * head->files;
    } else if (counts.live > 0 && family.prefix.starts_with('<')) {
      ++estimate.files;  // all rows of the family in one
    }
  }
  return estimate;
}

}  // namespace snaptree::cli
