#include "cli/tree_estimate.h"

#include <algorithm>
#include <iterator>

#include "formats/family_table.h"

namespace snaptree::cli {
namespace {

// What becomes of a live row.
enum class RowKind : uint8_t {
  kScope,       // it describes a scope: some files, and one more when the scope's records are lines
  kOtherScope,  // the same, and nothing of the scope changes
  kRecord,      // a file, or a line
  kBody,        // a file, and beside it another one or a line
  kFile,        // a file in any case
};

struct FileHead {
  Slice prefix;
  RowKind kind;
  uint64_t files;
};
constexpr FileHead kFileHeads[] = {
    {"!ddb|item|", RowKind::kRecord, 1},     {"!ddb|meta|table|", RowKind::kScope, 2},
    {"!fs|ino|", RowKind::kFile, 1},         {"!hs|meta|", RowKind::kRecord, 1},
    {"!lst|meta|", RowKind::kRecord, 1},     {"!redis|hash|", RowKind::kRecord, 1},
    {"!redis|hll|", RowKind::kRecord, 1},    {"!redis|set|", RowKind::kRecord, 1},
    {"!redis|stream|", RowKind::kRecord, 1}, {"!redis|str|", RowKind::kRecord, 1},
    {"!redis|zset|", RowKind::kRecord, 1},   {"!s3|bucket|meta|", RowKind::kScope, 1},
    {"!s3|obj|head|", RowKind::kBody, 2},    {"!sqs|queue|meta|", RowKind::kOtherScope, 3},
    {"!stream|meta|", RowKind::kRecord, 1},  {"!st|meta|", RowKind::kRecord, 1},
    {"!zs|meta|", RowKind::kRecord, 1}};

constexpr FileHead kBareString = {"", RowKind::kRecord, 1};

constexpr uint64_t kRootFiles = 2;  // MANIFEST.json, CHECKSUMS

bool IsBare(const Family& family) { return family.prefix.starts_with('<'); }

const FileHead* HeadOf(const Family& family, const EstimateOptions& options) {
  if (IsBare(family) && options.bare_rows_as_redis && family.family_class == FamilyClass::kData)
    return &kBareString;
  const FileHead* const head =
      std::find_if(std::begin(kFileHeads), std::end(kFileHeads),
                   [&family](const FileHead& h) { return h.prefix == family.prefix; });
  return head == std::end(kFileHeads) ? nullptr : head;
}

void AddRows(const FileHead& head, uint64_t rows, TreeEstimate* estimate) {
  estimate->files += rows * head.files;
  switch (head.kind) {
    case RowKind::kScope:
      estimate->files_with_lines += rows * (head.files + 1);
      return;
    case RowKind::kOtherScope:
      estimate->files_with_lines += rows * head.files;
      return;
    case RowKind::kRecord:
      estimate->lines += rows;
      if (rows > 0 && head.prefix != "!ddb|item|") ++estimate->files_with_lines;
      break;
    case RowKind::kBody:
      estimate->lines += rows;
      estimate->files_with_lines += rows;
      break;
    case RowKind::kFile:
      estimate->files_with_lines += rows;
      break;
  }
  estimate->records += rows;
}

bool IsSelected(const Family& family, const EstimateOptions& options) {
  if (family.family_class == FamilyClass::kUnknown || options.adapters.empty()) return true;
  const bool as_redis = IsBare(family) && options.bare_rows_as_redis;
  const std::string name = AdapterName(as_redis ? AdapterId::kRedis : family.adapter);
  return std::find(options.adapters.begin(), options.adapters.end(), name) !=
         options.adapters.end();
}

}  // namespace

TreeEstimate EstimateTree(const ScanResult& scan, const EstimateOptions& options) {
  TreeEstimate estimate;
  estimate.files = kRootFiles;
  estimate.files_with_lines = kRootFiles;
  uint64_t line_bytes = 0;
  for (size_t i = 0; i < Families().size(); ++i) {
    const Family& family = Families()[i];
    const FamilyCounts& counts = scan.families[i];
    const bool unknown = family.family_class == FamilyClass::kUnknown;
    if (!unknown && family.family_class != FamilyClass::kData) continue;
    if (!IsSelected(family, options)) continue;
    estimate.bytes += counts.live_bytes;
    if (family.adapter == AdapterId::kRedis || family.adapter == AdapterId::kDynamodb)
      line_bytes += counts.live_bytes;
    if (const FileHead* const head = HeadOf(family, options)) {
      AddRows(*head, counts.live, &estimate);
    } else if (counts.live > 0 && IsBare(family)) {
      ++estimate.files;  // all rows of the family in one
      ++estimate.files_with_lines;
    }
  }
  estimate.files_with_lines += line_bytes / options.bundle_bytes;
  return estimate;
}

}  // namespace snaptree::cli
