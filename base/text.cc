#include "base/text.h"

#include <simdjson.h>

#include <array>
#include <charconv>

#include "base/base64.h"

namespace snaptree {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kBase64Url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void AppendHex(std::string* out, Slice bytes) {
  size_t at = out->size();
  out->resize(at + bytes.size() * 2);
  for (const char c : bytes) {
    const auto b = static_cast<uint8_t>(c);
    (*out)[at++] = kHexDigits[b >> 4];
    (*out)[at++] = kHexDigits[b & 15];
  }
}

std::string Hex(Slice bytes) {
  std::string out;
  AppendHex(&out, bytes);
  return out;
}

std::string Hex32(uint32_t v) {
  std::string out(8, '0');
  for (size_t i = 8; i-- > 0; v >>= 4) out[i] = kHexDigits[v & 15];
  return out;
}

std::optional<std::string> ParseHex(Slice text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out(text.size() / 2, '\0');
  for (size_t i = 0; i < out.size(); ++i) {
    const int high = HexValue(text[2 * i]);
    const int low = HexValue(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<char>(high << 4 | low);
  }
  return out;
}

void AppendBase64Url(std::string* out, Slice bytes) {
  const uint8_t* p = Bytes(bytes);
  size_t left = bytes.size();
  out->reserve(out->size() + (left * 4 + 2) / 3);
  for (; left >= 3; left -= 3, p += 3) {
    const uint32_t v = uint32_t{p[0]} << 16 | uint32_t{p[1]} << 8 | p[2];
    const char group[4] = {kBase64Url[v >> 18], kBase64Url[v >> 12 & 63], kBase64Url[v >> 6 & 63],
                           kBase64Url[v & 63]};
    out->append(group, 4);
  }
  if (left == 0) return;
  const uint32_t v = uint32_t{p[0]} << 16 | (left == 2 ? uint32_t{p[1]} << 8 : 0);
  *out += kBase64Url[v >> 18];
  *out += kBase64Url[v >> 12 & 63];
  if (left == 2) *out += kBase64Url[v >> 6 & 63];
}

std::string Base64Url(Slice bytes) {
  std::string out;
  AppendBase64Url(&out, bytes);
  return out;
}

std::optional<std::string> ParseBase64Url(Slice text) {
  std::string out;
  if (!AppendFromBase64Url(&out, text)) return std::nullopt;
  return out;
}

bool IsUtf8(Slice bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

std::string Printable(Slice bytes, size_t limit) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == limit) return out + "...";
    const auto b = static_cast<uint8_t>(bytes[i]);
    if (b == '\\') {
      out += "\\\\";
    } else if (b >= 0x20 && b < 0x7f) {
      out += bytes[i];
    } else {
      out += "\\x";
      out += kHexDigits[b >> 4];
      out += kHexDigits[b & 15];
    }
  }
  return out;
}

std::string Thousands(uint64_t v) {
  std::string digits = std::to_string(v);
  for (size_t i = digits.size(); i > 3;) {
    i -= 3;
    digits.insert(i, 1, ',');
  }
  return digits;
}

std::string HumanBytes(uint64_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " bytes";
  size_t unit = 0;
  uint64_t scale = 1024;
  while (unit + 1 < kUnits.size() && bytes / 1024 >= scale) {
    scale *= 1024;
    ++unit;
  }
  const uint64_t whole = bytes / scale;
  const int drop = scale >> 54 != 0 ? 10 : 0;  // keeps the product in range
  const uint64_t hundredths = (bytes % scale >> drop) * 100 / (scale >> drop);
  std::string fraction = std::to_string(hundredths);
  if (fraction.size() == 1) fraction.insert(0, 1, '0');
  return std::to_string(whole) + "." + fraction + " " + kUnits[unit];
}

std::optional<uint64_t> ParseU64(Slice text) {
  uint64_t v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return v;
}

std::optional<uint64_t> ParseSize(Slice text) {
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  const std::optional<uint64_t> number = ParseU64(text.substr(0, digits));
  if (!number) return std::nullopt;
  std::string unit;
  for (const char c : text.substr(digits))
    unit += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  constexpr Slice kLetters = "kmgt";
  int shift = 0;
  if (!unit.empty() && unit != "b") {
    const size_t letter = kLetters.find(unit[0]);
    const std::string rest = unit.substr(1);
    if (letter == Slice::npos || (!rest.empty() && rest != "b" && rest != "ib"))
      return std::nullopt;
    shift = static_cast<int>(letter + 1) * 10;
  }
  if (*number > (uint64_t{1} << 63) >> shift) return std::nullopt;
  return *number << shift;
}

std::string ShellQuoted(Slice text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string ShellWord(const std::string& word) {
  constexpr const char* kSafe =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-+:@%,=";
  const bool safe = !word.empty() && word.find_first_not_of(kSafe) == std::string::npos;
  return safe ? word : ShellQuoted(word);
}

}  // namespace snaptree
