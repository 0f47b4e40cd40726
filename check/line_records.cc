#include "check/line_records.h"

#include <algorithm>

#include "adapters/dynamodb/dynamodb_orphan_rows.h"
#include "adapters/s3/s3_names.h"

namespace snaptree {
namespace {

// "s3/BUCKET/_orphans/...": no key can stand there.
bool IsS3Orphan(Slice path) {
  if (!path.starts_with("s3/")) return false;
  const size_t bucket_end = path.find('/', 3);
  return bucket_end != Slice::npos && path.substr(bucket_end).starts_with("/_orphans/");
}

}  // namespace

std::vector<std::string> AdaptersWithLines(const Manifest& manifest) {
  if (manifest.jsonl) return {"dynamodb", "redis", "s3"};
  if (manifest.dynamodb_jsonl) return {"dynamodb"};
  return {};
}

bool StandsForItself(Slice path, const std::vector<std::string>& adapters_with_lines) {
  const std::string adapter(path.substr(0, path.find('/')));
  const bool with_lines = std::find(adapters_with_lines.begin(), adapters_with_lines.end(),
                                    adapter) != adapters_with_lines.end();
  return !with_lines || path == dynamodb::kOrphanRowsPath || IsS3Orphan(path);
}

bool DependsOnLayout(Slice address) {
  // Of objects that are named like the list of objects the name is another one.
  return address.ends_with(".jsonl") || address.find(s3::kObjectLinesName) != Slice::npos;
}

}  // namespace snaptree
