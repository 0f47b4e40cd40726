// Writes the JSON text of the tree byte for byte as its formats want it (spec 07 chapter 1, spec 02
// section 4.1). RapidJSON does structure, indent and commas; strings are escaped here, because the
// formats want `<` `>` `&` and U+2028/U+2029 escaped in ways that RapidJSON does not know.
//
// Text collects in text(); a caller that streams takes what is there between two elements and calls
// ClearText().
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/slice.h"

namespace snaptree {

enum class JsonStyle : uint8_t { kPretty, kCompact };
enum class HtmlEscape : uint8_t { kOn, kOff };

// Appends `text` as a JSON string with quotes. REQUIRES: valid UTF-8.
void AppendJsonString(std::string* out, Slice text, HtmlEscape html);
// Appends the inside of a JSON string, without quotes: for values that are read in pieces. A piece
// must not end inside a UTF-8 character.
void AppendJsonStringPart(std::string* out, Slice text, HtmlEscape html);

class JsonWriter {
 public:
  JsonWriter(JsonStyle style, HtmlEscape html);
  ~JsonWriter();
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void StartObject();
  void EndObject();
  void StartArray();
  void EndArray();
  void Key(Slice name);     // REQUIRES: valid UTF-8
  void String(Slice text);  // REQUIRES: valid UTF-8
  // Free text from outside (paths, ids) that need not be UTF-8: each byte that is not becomes
  // `\ufffd`, as Go writes it.
  void LooseString(Slice text);
  void Bytes(Slice bytes);  // "BV": a string when valid UTF-8, else {"base64":"<base64url>"}
  void Uint64(uint64_t v);
  void Int64(int64_t v);
  void Bool(bool v);
  void Null();
  void Raw(Slice json);  // a value that is JSON text already, e.g. a number
  // A value whose JSON text comes in pieces: BeginPieces() once, then any number of Piece().
  void BeginPieces();
  void Piece(Slice json_part);
  // Key and value in one call.
  void Member(Slice name, Slice text) {
    Key(name);
    String(text);
  }
  void Member(Slice name, const char* text) {
    Key(name);
    String(text);
  }
  void Member(Slice name, uint64_t v) {
    Key(name);
    Uint64(v);
  }
  void MemberBool(Slice name, bool v) {
    Key(name);
    Bool(v);
  }
  // A 64-bit timestamp for programs: "NAME":"<decimal>","NAME_ms":<ms> (docs: jq rounds numbers
  // above 2^53).
  void MemberTimestamp(Slice name, uint64_t hlc);

  const std::string& text() const;
  void ClearText();
  // Ready for another document: text and nesting forgotten.
  void Reset();
  // Ready for another document behind this one: only the nesting is forgotten.
  void NextDocument();

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree
