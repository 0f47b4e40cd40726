#include "adapters/common/json_error.h"

#include "adapters/common/rapidjson_reader.h"
#include "base/text.h"

namespace snaptree {
namespace {

// Takes every value; only strings are looked at.
class AnyValue : public NumbersStayText {
 public:
  static bool Null() { return true; }
  static bool Bool(bool) { return true; }
  static bool RawNumber(const char*, unsigned, bool) { return true; }
  // The parser turns a low surrogate that stands alone into bytes.
  static bool String(const char* text, unsigned size, bool) { return IsUtf8({text, size}); }
  static bool Key(const char* text, unsigned size, bool) { return IsUtf8({text, size}); }
  static bool StartObject() { return true; }
  static bool EndObject(unsigned) { return true; }
  static bool StartArray() { return true; }
  static bool EndArray(unsigned) { return true; }
};

}  // namespace

std::string JsonDefectAt(const char* message, size_t offset) {
  std::string what(message);
  if (what.ends_with('.')) what.pop_back();
  if (!what.empty() && what[0] >= 'A' && what[0] <= 'Z') what[0] = static_cast<char>(what[0] + 32);
  return what + " at byte " + std::to_string(offset);
}

std::string FindJsonDefect(Slice text) {
  if (text.starts_with(kByteOrderMark)) return JsonDefectAt("a byte order mark", 0);
  rapidjson::MemoryStream stream(text.data(), text.size());
  AnyValue any;
  JsonReader reader;
  const rapidjson::ParseResult result =
      reader.Parse<kJsonTextFlags | rapidjson::kParseValidateEncodingFlag>(stream, any);
  if (result.Code() == rapidjson::kParseErrorTermination) {
    return JsonDefectAt("a lone surrogate", stream.Tell());
  }
  if (result.IsError()) {
    return JsonDefectAt(rapidjson::GetParseError_En(result.Code()), result.Offset());
  }
  // To the parser a zero byte is the end.
  return stream.Tell() < text.size() ? JsonDefectAt("a zero byte", stream.Tell()) : std::string();
}

Status ExplainJsonError(Status error, Slice text, const char* next) {
  if (error.ok() || error.kind() != ErrorKind::kData) return error;
  std::string found = FindJsonDefect(text);
  if (!found.empty()) error = std::move(error).Found(std::move(found));
  if (!error.info().next.empty()) return error;
  return std::move(error).Next(text.starts_with(kByteOrderMark) ? kByteOrderMarkNext : next);
}

}  // namespace snaptree
