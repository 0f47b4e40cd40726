#include "manifest/file_name_codec.h"

#include <algorithm>
#include <array>

#include "base/sha256.h"
#include "base/text.h"

namespace snaptree {
namespace {

constexpr Slice kBinaryPrefix = "b64.";
constexpr size_t kShapeHexDigits = 32;
constexpr Slice kShapeMark = "__";
constexpr size_t kFallbackKeyBytes = 64;
constexpr char kUpperHexDigits[] = "0123456789ABCDEF";

constexpr std::array<bool, 256> MakeUnreserved() {
  std::array<bool, 256> table{};
  for (size_t c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (size_t c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (size_t c = '0'; c <= '9'; ++c) table[c] = true;
  for (const char c : {'-', '.', '_'}) table[static_cast<uint8_t>(c)] = true;
  return table;
}

constexpr std::array<bool, 256> kUnreserved = MakeUnreserved();

bool IsUnreserved(char c) { return kUnreserved[static_cast<uint8_t>(c)]; }

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Writes the percent form of `bytes` to `out`, which has room for three times as many, and returns
// its size.
size_t PercentEncode(Slice bytes, char* out) {
  char* p = out;
  for (const char c : bytes) {
    if (IsUnreserved(c)) {
      *p++ = c;
      continue;
    }
    const auto b = static_cast<uint8_t>(c);
    *p++ = '%';
    *p++ = kUpperHexDigits[b >> 4];
    *p++ = kUpperHexDigits[b & 15];
  }
  return static_cast<size_t>(p - out);
}

Status NameError(Slice name, std::string what) {
  return DataError("NameInvalid", std::move(what))
      .Found("\"" + Printable(name) + "\"")
      .Next("rename the file back to the name that snaptree gave it, or take it out of the tree");
}

Result<std::string> PercentDecode(Slice name) {
  std::string key;
  key.reserve(name.size());
  for (size_t i = 0; i < name.size(); ++i) {
    if (IsUnreserved(name[i])) {
      key += name[i];
      continue;
    }
    if (name[i] != '%') {
      return NameError(name, "a byte of the name should have been written as %HH");
    }
    const std::optional<std::string> byte =
        name.size() - i >= 3 ? ParseHex(name.substr(i + 1, 2)) : std::nullopt;
    if (!byte) return NameError(name, "a % of the name is not followed by two hex digits");
    key += *byte;
    i += 2;
  }
  return key;
}

}  // namespace

bool EncodeSegmentTo(Slice key, std::string* name) {
  if (key.size() <= kMaxSegmentBytes) {
    std::array<char, 3 * kMaxSegmentBytes> buffer;
    const Slice encoded(buffer.data(), PercentEncode(key, buffer.data()));
    if (encoded.size() <= kMaxSegmentBytes && !encoded.starts_with(kBinaryPrefix) &&
        !HasFallbackShape(encoded)) {
      name->assign(encoded);
      return false;
    }
  }
  *name = FallbackName(key);
  return true;
}

Segment EncodeSegment(Slice key) {
  Segment segment;
  segment.is_fallback = EncodeSegmentTo(key, &segment.name);
  return segment;
}

Segment EncodeDirectorySegment(Slice key) {
  if (key.empty() || key == "." || key == "..") return {FallbackName(key), true};
  return EncodeSegment(key);
}

Segment EncodeBinarySegment(Slice key) {
  Segment segment;
  // Four characters for three bytes: a longer key cannot fit, so it need not be encoded.
  if (key.size() <= kMaxSegmentBytes) {
    segment.name = kBinaryPrefix;
    AppendBase64Url(&segment.name, key);
    if (segment.name.size() <= kMaxSegmentBytes) return segment;
  }
  return {FallbackName(key), true};
}

std::string FallbackName(Slice key) {
  std::string name = Hex(AsSlice(Sha256::Of(key)).substr(0, kShapeHexDigits / 2));
  name += kShapeMark;
  std::array<char, 3 * kFallbackKeyBytes> buffer;
  name.append(buffer.data(), PercentEncode(key.substr(0, kFallbackKeyBytes), buffer.data()));
  return name;
}

bool HasFallbackShape(Slice name) {
  return name.size() >= kShapeHexDigits + kShapeMark.size() &&
         name.substr(kShapeHexDigits, kShapeMark.size()) == kShapeMark &&
         std::all_of(name.begin(), name.begin() + kShapeHexDigits, IsHexDigit);
}

Result<std::string> DecodeSegment(Slice name) {
  if (name.size() > kMaxSegmentBytes) {
    return NameError(name, "the name is longer than any that snaptree writes")
        .Expected("at most " + std::to_string(kMaxSegmentBytes) + " bytes without extension");
  }
  if (HasFallbackShape(name)) {
    return DataError("KeymapMissing", "the name stands for a key that only KEYMAP.jsonl knows")
        .Found("\"" + Printable(name) + "\"")
        .Next("bring back the KEYMAP.jsonl of this folder");
  }
  if (name.starts_with(kBinaryPrefix)) {
    std::optional<std::string> key = ParseBase64Url(name.substr(kBinaryPrefix.size()));
    if (!key) return NameError(name, "the name is not base64url without padding after \"b64.\"");
    return *std::move(key);
  }
  return PercentDecode(name);
}

}  // namespace snaptree
