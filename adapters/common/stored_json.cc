#include "adapters/common/stored_json.h"

namespace snaptree {
namespace {

// Behind the string that begins at `at`. REQUIRES: valid JSON.
size_t SkipString(Slice json, size_t at) {
  for (++at; json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return at + 1;
}

// Behind the value that begins at `at`. REQUIRES: valid JSON without white space.
size_t SkipValue(Slice json, size_t at) {
  size_t depth = 0;
  for (;;) {
    const char c = json[at];
    if (c == '"') {
      at = SkipString(json, at);
    } else {
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at;
    }
    if (depth > 0) continue;
    if (c == '"' || c == '}' || c == ']') return at;
    if (json[at] == ',' || json[at] == '}' || json[at] == ']') return at;  // after a number or word
  }
}

}  // namespace

Status StoredJson::Parse(Slice text, const char* code) {
  members_.clear();
  raw_.clear();
  raw_known_ = false;
  if (text.size() > kMaxBytes) {
    return DataError(code, "the JSON value is too large")
        .Expected("at most " + std::to_string(kMaxBytes) + " bytes")
        .Found(std::to_string(text.size()));
  }
  text_.assign(text);
  text_.append(simdjson::SIMDJSON_PADDING, '\0');
  size_ = text.size();
  simdjson::dom::element root;
  if (const auto error = parser_.parse(text_.data(), size_, false).get(root)) {
    return DataError(code, "the value is no JSON").Found(simdjson::error_message(error));
  }
  simdjson::dom::object object;
  if (root.get_object().get(object) != simdjson::SUCCESS) {
    return DataError(code, "the value is no JSON object");
  }
  for (const simdjson::dom::key_value_pair field : object) {
    members_.push_back({field.key, field.value});
  }
  return {};
}

const std::string& StoredJson::RawValue(size_t i) {
  if (!raw_known_) {
    std::string small(size_ + simdjson::SIMDJSON_PADDING, '\0');
    size_t n = 0;
    // It cannot fail: the text was parsed.
    if (simdjson::minify(text_.data(), size_, small.data(), n) != simdjson::SUCCESS) n = 0;
    const Slice json = Slice(small).substr(0, n);
    for (size_t at = 1; at < n && json[at] != '}';) {
      const size_t value = SkipString(json, at) + 1;  // behind the colon
      const size_t end = SkipValue(json, value);
      raw_.emplace_back(json.substr(value, end - value));
      at = json[end] == ',' ? end + 1 : end;
    }
    raw_known_ = true;
  }
  return raw_[i];
}

bool IsJsonNull(const simdjson::dom::element& value) { return value.is_null(); }

bool ToText(const simdjson::dom::element& value, Slice* out) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return false;
  *out = text;
  return true;
}

bool ToUint64(const simdjson::dom::element& value, uint64_t* out) {
  return value.get_uint64().get(*out) == simdjson::SUCCESS;
}

bool ToInt64(const simdjson::dom::element& value, int64_t* out) {
  return value.get_int64().get(*out) == simdjson::SUCCESS;
}

bool ToBool(const simdjson::dom::element& value, bool* out) {
  return value.get_bool().get(*out) == simdjson::SUCCESS;
}

}  // namespace snaptree
