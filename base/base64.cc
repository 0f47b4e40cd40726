#include "base/base64.h"

#include <array>
#include <cstdint>

namespace snaptree {
namespace {

constexpr uint8_t kNone = 0xff;  // has bits that no value has
using Values = std::array<uint8_t, 256>;

constexpr Values MakeValues(char c62, char c63) {
  constexpr Slice kCommon = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  Values values{};
  values.fill(kNone);
  for (size_t i = 0; i < kCommon.size(); ++i) {
    values[static_cast<uint8_t>(kCommon[i])] = static_cast<uint8_t>(i);
  }
  values[static_cast<uint8_t>(c62)] = 62;
  values[static_cast<uint8_t>(c63)] = 63;
  return values;
}

constexpr Values kUrlValues = MakeValues('-', '_');
constexpr Values kStandardValues = MakeValues('+', '/');

// The last 2 or 3 characters of a text: 1 or 2 bytes.
bool DecodeTail(const Values& values, const uint8_t* in, size_t left, char* out) {
  const uint8_t a = values[in[0]];
  const uint8_t b = values[in[1]];
  const uint8_t c = left == 3 ? values[in[2]] : 0;
  const uint32_t unused = left == 3 ? c & 0x03U : b & 0x0fU;
  if (((a | b | c) & 0xc0) != 0 || unused != 0) return false;
  out[0] = static_cast<char>(a << 2 | b >> 4);
  if (left == 3) out[1] = static_cast<char>(b << 4 | c >> 2);
  return true;
}

// `text` without padding.
bool AppendDecoded(const Values& values, std::string* out, Slice text) {
  const size_t tail = text.size() % 4;
  if (tail == 1) return false;
  const size_t start = out->size();
  out->resize(start + text.size() * 3 / 4);
  char* to = out->data() + start;
  const uint8_t* in = Bytes(text);
  for (const uint8_t* const end = in + (text.size() - tail); in != end; in += 4, to += 3) {
    const uint8_t a = values[in[0]];
    const uint8_t b = values[in[1]];
    const uint8_t c = values[in[2]];
    const uint8_t d = values[in[3]];
    if (((a | b | c | d) & 0xc0) != 0) return false;
    to[0] = static_cast<char>(a << 2 | b >> 4);
    to[1] = static_cast<char>(b << 4 | c >> 2);
    to[2] = static_cast<char>(c << 6 | d);
  }
  return tail == 0 || DecodeTail(values, in, tail, to);
}

}  // namespace

void AppendBase64(std::string* out, Slice bytes) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t at = out->size();
  out->resize(at + (bytes.size() + 2) / 3 * 4, '=');
  const uint8_t* p = Bytes(bytes);
  for (size_t left = bytes.size(); left > 0; p += 3, at += 4) {
    const size_t n = left < 3 ? left : 3;
    const uint32_t v =
        uint32_t{p[0]} << 16 | (n > 1 ? uint32_t{p[1]} << 8 : 0) | (n > 2 ? uint32_t{p[2]} : 0);
    for (size_t i = 0; i <= n; ++i) (*out)[at + i] = kAlphabet[v >> (18 - 6 * i) & 63];
    left -= n;
  }
}

bool AppendFromBase64Url(std::string* out, Slice text) {
  return AppendDecoded(kUrlValues, out, text);
}

bool AppendFromBase64(std::string* out, Slice text) {
  if (text.size() % 4 != 0) return false;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return AppendDecoded(kStandardValues, out, text);
}

}  // namespace snaptree
