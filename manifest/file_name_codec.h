// File-name segments (spec 07 chapter 2): every key has exactly one name that is safe on any POSIX
// file system, and the name leads back to the key, by itself or through KEYMAP.jsonl.
#pragma once

#include <string>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

inline constexpr size_t kMaxSegmentBytes = 240;

struct Segment {
  std::string name;
  bool is_fallback = false;  // needs a KEYMAP record
};

// E(x) of section 2.1: percent-encoding, or the fallback name.
Segment EncodeSegment(Slice key);
// E(x) into a reused string; true when it is a fallback. For hot loops.
bool EncodeSegmentTo(Slice key, std::string* name);
// E(x) for a component that is a directory: empty, "." and ".." become fallback names
// (section 2.3).
Segment EncodeDirectorySegment(Slice key);
// EB(x) of section 2.2, for DynamoDB keys of type B.
Segment EncodeBinarySegment(Slice key);
// F(x).
std::string FallbackName(Slice key);
// 32 hex digits of either case, then "__".
bool HasFallbackShape(Slice name);

// Section 2.4, for names without extension. "NameInvalid", or "KeymapMissing" for a fallback name:
// look it up first.
Result<std::string> DecodeSegment(Slice name);

}  // namespace snaptree
