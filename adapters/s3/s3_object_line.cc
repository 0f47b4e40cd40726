#include "adapters/s3/s3_object_line.h"

#include <optional>
#include <utility>

#include "adapters/common/json_error.h"
#include "adapters/s3/s3_tree_json.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"

namespace snaptree::s3 {
namespace {

constexpr const char* kCode = "S3EncodeInvalidSidecar";
constexpr const char* kNext = "a line is one JSON object: compare with those beside it";
constexpr char kDigits[] = "0123456789ABCDEF";

bool IsAscii(char c) { return static_cast<uint8_t>(c) < 0x80; }

// A string, or {"base64":"..."} for bytes that are no text.
std::optional<std::string> BytesOf(const simdjson::dom::element& value) {
  Slice text;
  if (ToText(value, &text)) return std::string(text);
  simdjson::dom::object object;
  if (value.get_object().get(object) || object.size() != 1) return std::nullopt;
  if (object.at_key("base64").get_string().get(text)) return std::nullopt;
  return ParseBase64Url(text);
}

std::optional<std::string> WithoutPercents(Slice text) {
  std::string path;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      path += text[at];
      continue;
    }
    const std::optional<std::string> byte = ParseHex(text.substr(at + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    path += *byte;
    at += 2;
  }
  return path;
}

// Only a key that is no text can have a path that is none; its other path is a name that stands for
// it, in which percents are what they are.
std::optional<std::string> PathOfText(Slice key, Slice text) {
  if (IsUtf8(key) || text == FallbackName(key)) return std::string(text);
  return WithoutPercents(text);
}

}  // namespace

std::string PathText(Slice path) {
  if (IsUtf8(path)) return std::string(path);
  std::string text;
  for (const char c : path) {
    if (IsAscii(c) && c != '%') {
      text += c;
      continue;
    }
    const auto byte = static_cast<uint8_t>(c);
    text += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text;
}

Result<ObjectLine> ParseObjectLine(Slice text, StoredJson* json) {
  Status parsed = json->Parse(text, kCode, kMaxObjectLineBytes);
  if (!parsed.ok()) return ExplainJsonError(std::move(parsed), text, kNext);
  std::optional<std::string> key;
  std::optional<Slice> path;
  for (const JsonMember& member : json->members()) {
    if (member.name == kLineKey) {
      key = BytesOf(member.value);
      if (!key) return WrongType(kCode, kLineKey, "a string, or {\"base64\":\"...\"}");
    } else if (member.name == kLinePath) {
      Slice value;
      if (!ToText(member.value, &value)) return WrongType(kCode, kLinePath, "a string");
      path = value;
    }
  }
  for (const auto& [name, has] :
       {std::pair(kLineKey, key.has_value()), std::pair(kLinePath, path.has_value())}) {
    if (has) continue;
    return DataError(kCode, "the member \"" + std::string(name) + "\" is missing");
  }
  std::optional<std::string> real = PathOfText(*key, *path);
  if (!real || real->empty()) {
    return DataError(kCode, "the member \"path\" is no path").Found(Printable(*path));
  }
  return ObjectLine{*std::move(key), *std::move(real)};
}

}  // namespace snaptree::s3
