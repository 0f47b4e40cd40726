#include "manifest/keymap.h"

#include <simdjson.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "manifest/json_writer.h"

namespace snaptree {
namespace {

constexpr size_t kMembers = 3;
constexpr size_t kMaxLineBytes = size_t{4} << 20;  // a key of 1 MiB is 1.33 MiB of base64

Status KeymapError(std::string what) {
  return DataError("KeymapInvalid", std::move(what))
      .Next("bring back the KEYMAP.jsonl that was written with this tree");
}

// simdjson keeps the last of several equal names; a record that says two things is refused instead.
bool HasDuplicateNames(const simdjson::dom::object& object) {
  std::vector<Slice> names;
  for (const auto& [name, value] : object) names.push_back(name);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

Result<Slice> StringMember(const simdjson::dom::object& object, Slice name) {
  std::string_view text;
  const simdjson::error_code error = object.at_key(name).get_string().get(text);
  if (error == simdjson::NO_SUCH_FIELD) {
    return KeymapError("the member \"" + std::string(name) + "\" is missing");
  }
  if (error) return KeymapError("the member \"" + std::string(name) + "\" is not a string");
  return Slice(text);
}

Result<Slice> FilledStringMember(const simdjson::dom::object& object, Slice name) {
  SNAPTREE_ASSIGN(const Slice text, StringMember(object, name));
  if (text.empty()) return KeymapError("the member \"" + std::string(name) + "\" is empty");
  return text;
}

}  // namespace

void AppendKeymapLine(std::string* out, Slice encoded, Slice original, Slice kind) {
  out->append("{\"encoded\":");
  AppendJsonString(out, encoded, HtmlEscape::kOff);
  out->append(",\"original\":\"");
  AppendBase64Url(out, original);
  out->append("\",\"kind\":");
  AppendJsonString(out, kind, HtmlEscape::kOff);
  out->append("}\n");
}

Result<KeymapRecord> ParseKeymapLine(Slice line) {
  if (line.size() > kMaxLineBytes) {
    return KeymapError("the line is too long")
        .Expected("at most " + std::to_string(kMaxLineBytes) + " bytes")
        .Found(std::to_string(line.size()));
  }
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (const simdjson::error_code error = parser.parse(line.data(), line.size()).get(element)) {
    return KeymapError(std::string("the line is not JSON: ") + simdjson::error_message(error));
  }
  simdjson::dom::object object;
  if (element.get_object().get(object)) return KeymapError("the line is not a JSON object");
  if (HasDuplicateNames(object)) return KeymapError("a member of the line stands there twice");

  SNAPTREE_ASSIGN(const Slice encoded, FilledStringMember(object, "encoded"));
  SNAPTREE_ASSIGN(const Slice original, StringMember(object, "original"));
  SNAPTREE_ASSIGN(const Slice kind, FilledStringMember(object, "kind"));
  std::optional<std::string> key = ParseBase64Url(original);
  if (!key) return KeymapError("the member \"original\" is not base64url without padding");
  return KeymapRecord{std::string(encoded), *std::move(key), std::string(kind),
                      object.size() > kMembers};
}

}  // namespace snaptree
