#include "adapters/redis/redis_line_path.h"

#include <string>

#include "adapters/common/numbered_line_files.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

constexpr Slice kExtension = ".jsonl";

}  // namespace

std::optional<LineFileName> ParseLineFileName(Slice name) {
  for (size_t i = 0; i < kTypeFolders.size(); ++i) {
    const std::string stem = std::string(kTypeFolders[i].name) + "-";
    if (!name.starts_with(stem) || !name.ends_with(kExtension) ||
        name.size() <= stem.size() + kExtension.size())
      continue;
    const std::optional<uint64_t> number =
        ParseU64(name.substr(stem.size(), name.size() - stem.size() - kExtension.size()));
    if (!number || NumberedLinePath(stem, *number) != name) return std::nullopt;
    return LineFileName{static_cast<TypeFolder>(i), *number};
  }
  return std::nullopt;
}

Slice LineFileStemOf(Slice path) {
  if (!path.starts_with(kDatabaseFolder) || !ParseLineFileName(path.substr(kDatabaseFolder.size())))
    return {};
  return path.substr(0, path.rfind('-') + 1);
}

}  // namespace snaptree::redis
