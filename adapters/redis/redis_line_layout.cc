#include "adapters/redis/redis_line_layout.h"

#include "adapters/redis/redis_collection_rows.h"

namespace snaptree::redis {
namespace {

constexpr Slice kStringScalars[] = {"key", "expire_at_ms", "value"};
constexpr Slice kHllScalars[] = {"key", "expire_at_ms", "payload"};

}  // namespace

ElementsLayout LayoutOfLine(TypeFolder folder) {
  ElementsLayout layout;
  switch (folder) {
    case TypeFolder::kStrings:
      layout.scalars = kStringScalars;
      layout.bytes_scalars = Bit(kKey) | Bit(kValue);
      return layout;
    case TypeFolder::kHll:
      layout.scalars = kHllScalars;
      break;
    case TypeFolder::kStreams:
      layout.scalars = kRecordScalars;
      layout.groups = "entries";
      layout.group_scalars = Bit(kId);
      layout.array = "fields";
      layout.first = "name";
      layout.second = "value";
      break;
    default:
      layout = LayoutOfCollection(folder);
      layout.scalars = std::span(kRecordScalars).first(kLength);
  }
  layout.bytes_scalars = Bit(kKey);
  return layout;
}

}  // namespace snaptree::redis
