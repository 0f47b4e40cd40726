#include "manifest/json_writer.h"

// RapidJSON's stack adds its first push to a null pointer before it looks whether there is room. It
// is then found to have none, so the sum is harmless, but clang's sanitizer stops at it.
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/prettywriter.h>
#include <rapidjson/writer.h>
#ifdef __clang__
#pragma clang attribute pop
#endif

#include "base/text.h"
#include "base/time_text.h"

namespace snaptree {
namespace {

// Bytes of a UTF-8 character by its first byte; 1 for bytes that cannot begin one.
size_t CharacterSize(char first) {
  const auto b = static_cast<uint8_t>(first);
  if (b >= 0xf0) return 4;
  if (b >= 0xe0) return 3;
  return b >= 0xc0 ? 2 : 1;
}

// Where RapidJSON puts what it writes itself: structure, indent, numbers, literals.
struct StringStream {
  using Ch = char;
  std::string* text;
  void Put(char c) { text->push_back(c); }
  void Flush() {}
};

}  // namespace

struct JsonWriter::Rep {
  Rep(JsonStyle s, HtmlEscape h) : style(s), html(h), compact(stream), pretty(stream) {
    pretty.SetIndent(' ', 2);
  }

  template <class F>
  void With(F f) {
    if (style == JsonStyle::kPretty) {
      f(pretty);
    } else {
      f(compact);
    }
  }

  // Comma, newline and indent before a value whose text the caller appends: RapidJSON would copy it
  // byte by byte.
  void BeginValue(rapidjson::Type type) {
    With([&](auto& writer) { writer.RawValue("", 0, type); });
  }

  void AppendString(Slice s) {
    BeginValue(rapidjson::kStringType);
    AppendJsonString(&text, s, html);
  }

  const JsonStyle style;
  const HtmlEscape html;
  std::string text;
  std::string scratch;
  StringStream stream{&text};
  rapidjson::Writer<StringStream> compact;
  rapidjson::PrettyWriter<StringStream> pretty;
};

JsonWriter::JsonWriter(JsonStyle style, HtmlEscape html)
    : rep_(std::make_unique<Rep>(style, html)) {}

JsonWriter::~JsonWriter() = default;

void JsonWriter::StartObject() {
  rep_->With([](auto& writer) { writer.StartObject(); });
}

void JsonWriter::EndObject() {
  rep_->With([](auto& writer) { writer.EndObject(); });
}

void JsonWriter::StartArray() {
  rep_->With([](auto& writer) { writer.StartArray(); });
}

void JsonWriter::EndArray() {
  rep_->With([](auto& writer) { writer.EndArray(); });
}

void JsonWriter::Key(Slice name) { rep_->AppendString(name); }

void JsonWriter::String(Slice text) { rep_->AppendString(text); }

void JsonWriter::LooseString(Slice text) {
  if (IsUtf8(text)) {
    String(text);
    return;
  }
  rep_->BeginValue(rapidjson::kStringType);
  std::string& out = rep_->text;
  out.push_back('"');
  while (!text.empty()) {
    const Slice character = text.substr(0, CharacterSize(text[0]));
    if (IsUtf8(character)) {
      AppendJsonStringPart(&out, character, rep_->html);
      text.remove_prefix(character.size());
    } else {
      out.append("\\ufffd");
      text.remove_prefix(1);
    }
  }
  out.push_back('"');
}

void JsonWriter::Bytes(Slice bytes) {
  if (IsUtf8(bytes)) {
    String(bytes);
    return;
  }
  StartObject();
  Key("base64");
  rep_->BeginValue(rapidjson::kStringType);
  rep_->text.push_back('"');
  AppendBase64Url(&rep_->text, bytes);
  rep_->text.push_back('"');
  EndObject();
}

void JsonWriter::Uint64(uint64_t v) {
  rep_->With([&](auto& writer) { writer.Uint64(v); });
}

void JsonWriter::Int64(int64_t v) {
  rep_->With([&](auto& writer) { writer.Int64(v); });
}

void JsonWriter::Bool(bool v) {
  rep_->With([&](auto& writer) { writer.Bool(v); });
}

void JsonWriter::Null() {
  rep_->With([](auto& writer) { writer.Null(); });
}

void JsonWriter::Raw(Slice json) {
  BeginPieces();
  Piece(json);
}

// RapidJSON does not look at the type of a value, only at that of a name.
void JsonWriter::BeginPieces() { rep_->BeginValue(rapidjson::kStringType); }

void JsonWriter::Piece(Slice json_part) { rep_->text.append(json_part); }

void JsonWriter::MemberTimestamp(Slice name, uint64_t hlc) {
  Key(name);
  String(std::to_string(hlc));
  rep_->scratch.assign(name).append("_ms");
  Key(rep_->scratch);
  Uint64(HlcMillis(hlc));
}

const std::string& JsonWriter::text() const { return rep_->text; }

void JsonWriter::ClearText() { rep_->text.clear(); }

void JsonWriter::NextDocument() {
  rep_->With([&](auto& writer) { writer.Reset(rep_->stream); });
}

void JsonWriter::Reset() {
  ClearText();
  NextDocument();
}

}  // namespace snaptree
