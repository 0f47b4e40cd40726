#include "adapters/common/record_rows.h"

#include <algorithm>

#include "manifest/file_name_codec.h"

namespace snaptree {
namespace {

constexpr size_t kHashPart = 34;  // 32 hex digits and "__"
// Of a fallback name's key; a longer one is cut.
constexpr size_t kFallbackKeyBytes = 64;

// What follows the hash: the percent form of the first bytes.
std::optional<std::string> FallbackText(Slice name) {
  Slice rest = name.substr(kHashPart);
  std::string text;
  // In pieces that are no special names themselves.
  while (!rest.empty()) {
    const size_t size = rest.front() == '%' ? std::min<size_t>(3, rest.size()) : 1;
    const Result<std::string> piece = DecodeSegment(rest.substr(0, size));
    if (!piece.ok()) return std::nullopt;
    text += *piece;
    rest.remove_prefix(size);
  }
  return text;
}

}  // namespace

std::optional<std::string> TextOfSegment(Slice name) {
  if (HasFallbackShape(name)) {
    std::optional<std::string> text = FallbackText(name);
    return text && FallbackName(*text) == name ? text : std::nullopt;
  }
  Result<std::string> text = DecodeSegment(name);
  if (!text.ok()) return std::nullopt;
  return *std::move(text);
}

std::optional<std::string> BeginningOfSegment(Slice name) {
  if (!HasFallbackShape(name)) return std::nullopt;
  std::optional<std::string> text = FallbackText(name);
  return text && text->size() == kFallbackKeyBytes ? text : std::nullopt;
}

bool SplitScope(Slice address, Slice folder, Slice* scope, Slice* rest) {
  if (!address.starts_with(folder)) return false;
  address.remove_prefix(folder.size());
  const size_t slash = address.find('/');
  if (slash == Slice::npos || slash + 1 == address.size()) return false;
  *scope = address.substr(0, slash);
  *rest = address.substr(slash + 1);
  return true;
}

}  // namespace snaptree
