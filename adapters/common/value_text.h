// The JSON text of a row's value, piece by piece: for values that are too large for memory. `from`:
// the value begins there.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/text.h"
#include "formats/value_ref.h"
#include "manifest/json_writer.h"

namespace snaptree {

// How many bytes at the end of a piece belong to a character that goes on in the next one.
size_t UnfinishedTail(Slice piece);

// Calls take(Slice) -> Status with pieces that end where tail_size(Slice) says that nothing is
// unfinished; the last one ends as it does.
template <class TailSize, class Take>
Status ForEachWhole(const RowSource& source, const ValueRef& value, uint64_t from,
                    TailSize tail_size, Take take) {
  std::string carry;
  SNAPTREE_TRY(ForEachPiece(source, value, from, [&](Slice piece) -> Status {
    carry.append(piece);
    const size_t tail = tail_size(Slice(carry));
    SNAPTREE_TRY(take(Slice(carry).substr(0, carry.size() - tail)));
    carry.erase(0, carry.size() - tail);
    return {};
  }));
  return carry.empty() ? Status::Ok() : take(Slice(carry));
}

Result<bool> IsUtf8Value(const RowSource& source, const ValueRef& value, uint64_t from);

// Gives the inside of the JSON string. REQUIRES: the value is UTF-8.
template <class Take>
Status ForEachStringText(const RowSource& source, const ValueRef& value, uint64_t from,
                         HtmlEscape html, Take take) {
  std::string text;
  return ForEachWhole(source, value, from, UnfinishedTail, [&](Slice piece) -> Status {
    text.clear();
    AppendJsonStringPart(&text, piece, html);
    return take(Slice(text));
  });
}

// Bytes of what ForEachStringText() gives. REQUIRES: the value is UTF-8.
Result<uint64_t> StringTextSize(const RowSource& source, const ValueRef& value, uint64_t from,
                                HtmlEscape html);

// Gives base64url without padding.
template <class Take>
Status ForEachBase64Text(const RowSource& source, const ValueRef& value, uint64_t from, Take take) {
  std::string text;
  const auto to_groups_of_three = [](Slice bytes) { return bytes.size() % 3; };
  return ForEachWhole(source, value, from, to_groups_of_three, [&](Slice piece) -> Status {
    text.clear();
    AppendBase64Url(&text, piece);
    return take(Slice(text));
  });
}
constexpr uint64_t Base64TextSize(uint64_t bytes) {
  constexpr uint64_t kPartialGroup[] = {0, 2, 3};
  return bytes / 3 * 4 + kPartialGroup[bytes % 3];
}

}  // namespace snaptree
