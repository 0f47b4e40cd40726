// The escaping half of json_writer.h.
#include <array>

#include "manifest/json_writer.h"

namespace snaptree {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

// What a byte needs inside a JSON string.
enum class Escape : uint8_t {
  kNone,
  kShort,      // backslash and one letter
  kUnicode,    // \u00xx
  kSeparator,  // e2: begins U+2028 or U+2029, or some other character
};

using EscapeTable = std::array<Escape, 256>;

constexpr EscapeTable MakeTable(HtmlEscape html) {
  EscapeTable table{};
  for (size_t c = 0; c < 0x20; ++c) table[c] = Escape::kUnicode;
  for (const char c : {'"', '\\', '\b', '\f', '\n', '\r', '\t'}) {
    table[static_cast<uint8_t>(c)] = Escape::kShort;
  }
  if (html == HtmlEscape::kOn) {
    for (const char c : {'<', '>', '&'}) table[static_cast<uint8_t>(c)] = Escape::kUnicode;
  }
  table[0xe2] = Escape::kSeparator;
  return table;
}

constexpr EscapeTable kHtmlOnTable = MakeTable(HtmlEscape::kOn);
constexpr EscapeTable kHtmlOffTable = MakeTable(HtmlEscape::kOff);

char ShortLetter(char c) {
  switch (c) {
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return c;  // quote and backslash
  }
}

bool IsLineSeparator(const char* p, const char* end) {
  return end - p >= 3 && p[1] == '\x80' && (p[2] == '\xa8' || p[2] == '\xa9');
}

}  // namespace

void AppendJsonStringPart(std::string* out, Slice text, HtmlEscape html) {
  const EscapeTable& table = html == HtmlEscape::kOn ? kHtmlOnTable : kHtmlOffTable;
  const char* p = text.data();
  const char* const end = p + text.size();
  const char* run = p;  // bytes [run, p) stand as they are and are copied in one piece
  const auto copy_run = [&] { out->append(run, static_cast<size_t>(p - run)); };
  while (p != end) {
    const auto byte = static_cast<uint8_t>(*p);
    const Escape escape = table[byte];
    if (escape == Escape::kNone || (escape == Escape::kSeparator && !IsLineSeparator(p, end))) {
      ++p;
      continue;
    }
    copy_run();
    if (escape == Escape::kShort) {
      const char sequence[] = {'\\', ShortLetter(*p)};
      out->append(sequence, sizeof sequence);
      ++p;
    } else if (escape == Escape::kUnicode) {
      const char sequence[] = {'\\', 'u', '0', '0', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
      out->append(sequence, sizeof sequence);
      ++p;
    } else {
      out->append(p[2] == '\xa8' ? "\\u2028" : "\\u2029");
      p += 3;
    }
    run = p;
  }
  copy_run();
}

void AppendJsonString(std::string* out, Slice text, HtmlEscape html) {
  out->push_back('"');
  AppendJsonStringPart(out, text, html);
  out->push_back('"');
}

}  // namespace snaptree
