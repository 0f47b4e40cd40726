#include "adapters/common/stored_json.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace snaptree {
namespace {

// Behind the string that begins at `at`. REQUIRES: valid JSON.
size_t SkipString(Slice json, size_t at) {
  for (++at; json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return at + 1;
}

// Whether a token is a number as JSON writes them.
bool IsNumber(Slice token) {
  size_t at = token.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const size_t from = at;
    while (at < token.size() && token[at] >= '0' && token[at] <= '9') ++at;
    return at > from;
  };
  const bool zero = at < token.size() && token[at] == '0';
  const size_t integer = at;
  if (!digits() || (zero && at > integer + 1)) return false;
  if (at < token.size() && token[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == token.size();
}

template <class T>
bool Fits(Slice integer) {
  T number = 0;
  const auto [end, error] = std::from_chars(integer.begin(), integer.end(), number);
  return error == std::errc() && end == integer.end();
}

// Copies JSON that may be wrong; numbers that may not fit, which are those of more than 18
// characters that are no 64-bit integers and those with an exponent, become one that fits and is no
// integer.
void TameNumbers(Slice json, std::string* out) {
  constexpr size_t kPlain = 18;
  out->clear();
  for (size_t at = 0; at < json.size();) {
    const char c = json[at];
    size_t end = at + 1;
    bool large = false;
    if (c == '"') {
      while (end < json.size() && json[end] != '"')
        end += json[end] == '\\' ? size_t{2} : size_t{1};
      end = std::min(end + 1, json.size());
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      end = std::min(json.find_first_not_of("0123456789+-.eE", at), json.size());
      const Slice token = json.substr(at, end - at);
      const bool is_integer = Fits<uint64_t>(token) || Fits<int64_t>(token);
      large = (token.size() > kPlain || token.find_first_of("eE") != Slice::npos) && !is_integer &&
              IsNumber(token);
    }
    out->append(large ? Slice("0.5") : json.substr(at, end - at));
    at = end;
  }
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

// simdjson refuses numbers that fit neither 64 bits nor a double. A member that nobody knows may
// have one, and is kept as it stands (RawValue()); to those who ask for an integer it is none.
simdjson::error_code StoredJson::ParseDocument(simdjson::dom::element* root) {
  const auto error = parser_.parse(text_.data(), size_, false).get(*root);
  if (error != simdjson::NUMBER_ERROR) return error;
  TameNumbers(Slice(text_).substr(0, size_), &tame_);
  const size_t size = tame_.size();
  tame_.append(simdjson::SIMDJSON_PADDING, '\0');
  return parser_.parse(tame_.data(), size, false).get(*root);
}

Status StoredJson::Parse(Slice text, const char* code, size_t max_bytes) {
  members_.clear();
  raw_.clear();
  raw_known_ = false;
  if (text.size() > max_bytes) {
    return DataError(code, "the JSON value is too large")
        .Expected("at most " + std::to_string(max_bytes) + " bytes")
        .Found(std::to_string(text.size()));
  }
  text_.assign(text);
  text_.append(simdjson::SIMDJSON_PADDING, '\0');
  size_ = text.size();
  simdjson::dom::element root;
  if (const auto error = ParseDocument(&root)) {
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

const RawMember& StoredJson::Raw(size_t i) {
  if (!raw_known_) {
    small_.resize(size_ + simdjson::SIMDJSON_PADDING);
    size_t n = 0;
    // It cannot fail: the text was parsed.
    if (simdjson::minify(text_.data(), size_, small_.data(), n) != simdjson::SUCCESS) n = 0;
    small_.resize(n);
    SplitRawMembers(small_, &raw_);
    raw_known_ = true;
  }
  return raw_[i];
}

void SplitRawMembers(Slice object, std::vector<RawMember>* members) {
  for (size_t at = 1; at < object.size() && object[at] != '}';) {
    const size_t colon = SkipString(object, at);
    const size_t end = SkipValue(object, colon + 1);
    members->push_back({object.substr(at, colon - at), object.substr(colon + 1, end - colon - 1)});
    at = object[end] == ',' ? end + 1 : end;
  }
}

void WriteRawJson(JsonWriter& json, Slice text) {
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '{') json.StartObject();
    if (c == '}') json.EndObject();
    if (c == '[') json.StartArray();
    if (c == ']') json.EndArray();
    if (Slice("{}[],:").find(c) != Slice::npos) {
      ++at;
      continue;
    }
    // A string (the name of a member too), a number or a word.
    const size_t end =
        c == '"' ? SkipString(text, at) : std::min(text.find_first_of(",}]", at), text.size());
    json.Raw(text.substr(at, end - at));
    at = end;
  }
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
