// KEYMAP.jsonl (spec 07 chapter 3): names that cannot be reversed, with the original bytes of their
// keys.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

inline constexpr Slice kKeymapFileName = "KEYMAP.jsonl";
inline constexpr Slice kKeymapShaFallback = "sha-fallback";

struct KeymapRecord {
  std::string encoded;
  std::string original;
  std::string kind;
  bool has_unknown = false;  // members of other names, which were ignored
};

// Appends one line with its newline. Writers call it once a record, ascending by original bytes.
void AppendKeymapLine(std::string* out, Slice encoded, Slice original, Slice kind);

// One line without its newline; "KeymapInvalid" without a place: the caller adds file and line.
Result<KeymapRecord> ParseKeymapLine(Slice line);

}  // namespace snaptree
