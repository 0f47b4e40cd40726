// Bytes as text for people and for the formats: hex, base64url, UTF-8, sizes and times. No locale
// is ever consulted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/slice.h"

namespace snaptree {

// Lower-case hex.
void AppendHex(std::string* out, Slice bytes);
std::string Hex(Slice bytes);
std::string Hex32(uint32_t v);  // 8 digits
// Strict: even length, hex digits of either case only.
std::optional<std::string> ParseHex(Slice text);

// base64url without padding (RFC 4648 section 5).
void AppendBase64Url(std::string* out, Slice bytes);
std::string Base64Url(Slice bytes);
// Strict: no padding, no '+' or '/', no line breaks, unused bits zero.
std::optional<std::string> ParseBase64Url(Slice text);

// Strict UTF-8: no surrogates, no overlong forms, at most U+10FFFF. Empty text is valid.
bool IsUtf8(Slice bytes);

// For messages: printable ASCII as it is, everything else as \xHH, backslash doubled; cut after
// `limit` bytes with "...".
std::string Printable(Slice bytes, size_t limit = 200);

// "12,345,678".
std::string Thousands(uint64_t v);
// "512 bytes", "4.21 GiB".
std::string HumanBytes(uint64_t bytes);
// "512MiB", "2G", "64M", "1048576": binary multiples, case-insensitive; nullopt when malformed or
// over 2^63.
std::optional<uint64_t> ParseSize(Slice text);

// A decimal u64 without sign, blanks or leading "+"; nullopt when malformed or out of range.
std::optional<uint64_t> ParseU64(Slice text);

// In single quotes of a shell.
std::string ShellQuoted(Slice text);
// A word as it can be pasted into a shell: quoted when it needs to be.
std::string ShellWord(const std::string& word);

}  // namespace snaptree
