// JSON documents of the command line: names and messages may hold any bytes, JSON strings may not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/text.h"
#include "manifest/json_writer.h"

namespace snaptree::cli {

class JsonText : public JsonWriter {
 public:
  explicit JsonText(JsonStyle style) : JsonWriter(style, HtmlEscape::kOff) {}

  // Valid UTF-8 as it is; anything else with \xHH for bytes that are not printable ASCII.
  void Text(Slice text) { String(IsUtf8(text) ? std::string(text) : Printable(text, text.size())); }
  void TextMember(Slice name, Slice text) {
    Key(name);
    Text(text);
  }
  // A checksum as 8 hex digits; null when there is none.
  void ChecksumMember(Slice name, const std::optional<uint32_t>& v) {
    Key(name);
    if (v) {
      String(Hex32(*v));
    } else {
      Null();
    }
  }
  // A member that may be absent: null then.
  template <class Optional>
  void OptionalMember(Slice name, const Optional& v) {
    Key(name);
    if (v) {
      Uint64(*v);
    } else {
      Null();
    }
  }
};

}  // namespace snaptree::cli
