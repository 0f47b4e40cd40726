#include "check/json_scan.h"

#include <simdjson.h>

#include <utility>

#include "base/coding.h"
#include "base/text.h"

namespace snaptree {
namespace {

// Of names; a longer one is none that is asked for.
constexpr size_t kMaxKeyBytes = 256;

constexpr uint64_t EachByte(char c) { return 0x0101010101010101U * static_cast<uint8_t>(c); }
// Not 0 when one of the eight bytes is c.
constexpr uint64_t HasByte(uint64_t eight, char c) {
  const uint64_t v = eight ^ EachByte(c);
  return (v - EachByte('\x01')) & ~v & EachByte('\x80');
}

bool EndsText(char c) { return c == '"' || c == '\\' || c == '\n'; }

// The first byte of a string that is not plain text.
const char* SkipText(const char* at, const char* end) {
  while (end - at >= 8) {
    const auto eight = LoadLe<uint64_t>(at);
    if ((HasByte(eight, '"') | HasByte(eight, '\\') | HasByte(eight, '\n')) != 0) break;
    at += 8;
  }
  while (at < end && !EndsText(*at)) ++at;
  return at;
}

// What JSON text in quotes says; nullopt when it is no string.
std::optional<std::string> Unquoted(Slice json) {
  if (json.size() < 2 || json.front() != '"' || json.back() != '"') return std::nullopt;
  if (json.find('\\') == Slice::npos) return std::string(json.substr(1, json.size() - 2));
  simdjson::dom::parser parser;
  std::string_view text;
  if (parser.parse(json.data(), json.size()).get(text)) return std::nullopt;
  return std::string(text);
}

// The first byte outside strings that can mean something where members are not looked at.
const char* SkipValues(const char* at, const char* end) {
  const auto means_something = [](char c) {
    return c == '"' || c == '{' || c == '}' || c == '[' || c == ']' || c == '\n';
  };
  while (at < end && !means_something(*at)) ++at;
  return at;
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

JsonScan::JsonScan(Form form, std::span<const Slice> names, TakeObject take)
    : form_(form), names_(names), take_(std::move(take)), values_(names.size()) {}

void JsonScan::Keep(Slice bytes) {
  if (kept_ == nullptr) return;
  if (kept_->size() + bytes.size() > (kept_ == &key_ ? kMaxKeyBytes : kMaxValueBytes)) {
    // What is cut has no closing quote: it is nobody's name and no string.
    kept_ = nullptr;
    return;
  }
  kept_->append(bytes);
}

void JsonScan::Forget() {
  for (Value& value : values_) {
    value.kept = false;
    value.json.clear();
  }
  kept_ = nullptr;
}

void JsonScan::BeginString() {
  in_string_ = true;
  if (depth_ == 1 && part_ == Part::kKey) {
    key_.clear();
    kept_ = &key_;
  }
  if (depth_ == 1) Keep("\"");
}

void JsonScan::EndString() {
  in_string_ = false;
  if (depth_ != 1) return;
  Keep("\"");
  if (part_ != Part::kKey) return;
  kept_ = nullptr;
  part_ = Part::kColon;
}

void JsonScan::BeginValue() {
  part_ = Part::kValue;
  const std::optional<std::string> name = Unquoted(key_);
  if (!name) return;
  for (size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] != *name) continue;
    values_[i].kept = true;
    values_[i].json.clear();
    kept_ = &values_[i].json;
  }
}

// A value of depth 1 that is none of ours: kept_ has nothing, so neither text nor number.
void JsonScan::Open(bool is_object) {
  ++depth_;
  if (depth_ == 1) {
    in_object_ = is_object;
    part_ = is_object ? Part::kKey : Part::kNothing;
    Forget();
  } else if (depth_ == 2) {
    kept_ = nullptr;
  }
}

Status JsonScan::Close() {
  if (depth_ == 0) return {};
  --depth_;
  if (depth_ != 0) return {};
  kept_ = nullptr;
  part_ = Part::kNothing;
  return in_object_ ? take_() : Status::Ok();
}

const char* JsonScan::TakeString(const char* at, const char* end) {
  const char* const begin = at;
  if (escaped_) {
    escaped_ = false;
    Keep(Slice(at++, 1));
    return at;
  }
  at = SkipText(at, end);
  Keep(Slice(begin, static_cast<size_t>(at - begin)));
  if (at == end) return at;
  if (*at == '"') {
    EndString();
  } else if (*at == '\\') {
    escaped_ = true;
    Keep(Slice(at, 1));
  } else if (form_ == Form::kLines) {
    // No string goes on in the next line.
    in_string_ = false;
    depth_ = 0;
    part_ = Part::kNothing;
    Forget();
  }
  return at + 1;
}

Status JsonScan::TakeOther(char c) {
  switch (c) {
    case '"':
      BeginString();
      return {};
    case '{':
    case '[':
      Open(c == '{');
      return {};
    case '}':
    case ']':
      return Close();
    case '\n':
      if (form_ == Form::kLines && depth_ > 0) {
        depth_ = 0;
        part_ = Part::kNothing;
        Forget();
      }
      return {};
    default:
      break;
  }
  if (depth_ != 1 || !in_object_) return {};
  if (c == ',') {
    kept_ = nullptr;
    part_ = Part::kKey;
  } else if (c == ':' && part_ == Part::kColon) {
    BeginValue();
  } else if (part_ == Part::kValue && kept_ != nullptr && !IsBlank(c)) {
    Keep(Slice(&c, 1));
  }
  return {};
}

Status JsonScan::Append(Slice bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at < end) {
    if (in_string_) {
      at = TakeString(at, end);
      continue;
    }
    if (depth_ != 1) at = SkipValues(at, end);
    if (at < end) SNAPTREE_TRY(TakeOther(*at++));
  }
  return {};
}

std::optional<uint64_t> JsonScan::Number(size_t i) const {
  return values_[i].kept ? ParseU64(values_[i].json) : std::nullopt;
}

std::optional<std::string> JsonScan::Text(size_t i) const {
  return values_[i].kept ? Unquoted(values_[i].json) : std::nullopt;
}

bool JsonScan::Is(size_t i, Slice json) const { return values_[i].kept && values_[i].json == json; }

}  // namespace snaptree
