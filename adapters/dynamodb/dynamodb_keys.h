// Key codecs of the DynamoDB families (spec 03 chapter 1). A key here is *logical*: the 8-byte MVCC
// suffix is removed. Parsers give views into their input and say false when the key is malformed,
// which is `DdbMalformedKey`. Stateless: safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/slice.h"
#include "base/status.h"

namespace snaptree::dynamodb {

inline constexpr Slice kIndexPrefix = "!ddb|gsi|";
inline constexpr Slice kItemPrefix = "!ddb|item|";
inline constexpr Slice kCounterPrefix = "!ddb|meta|gen|";
inline constexpr Slice kTablePrefix = "!ddb|meta|table|";

// The name in a B(name) segment; nullopt: empty, not canonical base64url, or not UTF-8.
std::optional<std::string> ParseTableSegment(Slice segment);

// dec(u64): no sign, no blanks, no leading zero.
std::optional<uint64_t> ParseDecimal(Slice text);

// prefix B(table) "|" dec(generation) "|" tail, split at the bars only.
struct ItemKey {
  Slice table;       // B(table)
  Slice generation;  // dec(generation)
  Slice scope;       // B(table) "|" dec(generation) "|"
  Slice tail;
};
bool SplitItemKey(Slice logical, ItemKey* out);

// B(table) "|" at the beginning of an item key's rest behind the prefix; empty: there is none.
Slice TableScope(Slice rest);

// seg(v) of section 1.2, from raw(v).
void AppendOrderedSegment(Slice raw, std::string* out);
// One or two whole ordered segments and nothing else.
bool IsOrderedTail(Slice tail);
// B(t(HASH)) "|" B(t(RANGE)), either of which may be empty.
bool IsLegacyTail(Slice tail);
inline bool IsItemTail(Slice tail) { return IsOrderedTail(tail) || IsLegacyTail(tail); }

// "DdbMalformedKey", of an item row.
Status MalformedItemKey();

}  // namespace snaptree::dynamodb
