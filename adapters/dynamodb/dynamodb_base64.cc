#include "adapters/dynamodb/dynamodb_base64.h"

#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

void AppendBase64(std::string* out, Slice bytes) {
  size_t at = out->size();
  out->resize(at + (bytes.size() + 2) / 3 * 4, '=');
  const uint8_t* p = Bytes(bytes);
  size_t left = bytes.size();
  for (; left > 0; p += 3) {
    const size_t n = left < 3 ? left : 3;
    const uint32_t v =
        uint32_t{p[0]} << 16 | (n > 1 ? uint32_t{p[1]} << 8 : 0) | (n > 2 ? uint32_t{p[2]} : 0);
    for (size_t i = 0; i <= n; ++i) (*out)[at + i] = kAlphabet[v >> (18 - 6 * i) & 63];
    at += 4;
    left -= n;
  }
}

std::optional<std::string> ParseBase64(Slice text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  std::string url(text);
  for (char& c : url) {
    if (c == '-' || c == '_') return std::nullopt;
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return ParseBase64Url(url);
}

}  // namespace snaptree::dynamodb
