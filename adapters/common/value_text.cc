#include "adapters/common/value_text.h"

namespace snaptree {
namespace {

constexpr size_t kLongestUtf8 = 4;

}  // namespace

size_t UnfinishedTail(Slice piece) {
  for (size_t back = 1; back < kLongestUtf8 && back <= piece.size(); ++back) {
    const auto b = static_cast<uint8_t>(piece[piece.size() - back]);
    if ((b & 0xc0) == 0x80) continue;
    const size_t length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

Result<bool> IsUtf8Value(const RowSource& source, const ValueRef& value, uint64_t from) {
  bool valid = true;
  SNAPTREE_TRY(ForEachWhole(source, value, from, UnfinishedTail, [&](Slice piece) -> Status {
    valid = valid && IsUtf8(piece);
    return {};
  }));
  return valid;
}

Result<uint64_t> StringTextSize(const RowSource& source, const ValueRef& value, uint64_t from,
                                HtmlEscape html) {
  uint64_t size = 0;
  SNAPTREE_TRY(ForEachStringText(source, value, from, html, [&](Slice text) -> Status {
    size += text.size();
    return {};
  }));
  return size;
}

}  // namespace snaptree
