#include "adapters/redis/redis_elements_json.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "adapters/redis/redis_elements_handler.h"
#include "adapters/redis/redis_values.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

// Stop at the end of the object: otherwise RapidJSON takes a NUL byte for the end of the text.
constexpr unsigned kFlags = kJsonTextFlags | rapidjson::kParseStopWhenDoneFlag;
// What a longer text took is not kept for the next one.
constexpr uint64_t kKeptBytes = uint64_t{1} << 20;

}  // namespace

struct ElementsReader::Rep {
  JsonReader reader;
};

ElementsReader::ElementsReader() : rep_(std::make_unique<Rep>()) {}
ElementsReader::~ElementsReader() = default;

Status ElementsReader::Read(JsonText& text, const ElementsLayout& layout, ElementsSink& sink,
                            ElementsInfo* info) {
  *info = ElementsInfo{};
  if (text.AtEnd()) {
    SNAPTREE_TRY(text.status());
    return JsonInvalid("there is no JSON, where an object should be");
  }
  if (text.Peek() != '{') return JsonInvalid("the JSON does not begin with an object");
  ElementsHandler handler(text, layout, sink, info);
  const rapidjson::ParseResult result = rep_->reader.Parse<kFlags>(text, handler);
  if (text.position() > kKeptBytes) rep_ = std::make_unique<Rep>();
  SNAPTREE_TRY(text.status());
  SNAPTREE_TRY(handler.status());
  if (result.IsError()) {
    return JsonInvalid(std::string("the JSON is malformed: ") +
                       rapidjson::GetParseError_En(result.Code()));
  }
  if (!text.AtEnd()) {
    SNAPTREE_TRY(text.status());
    return JsonInvalid("there is something behind the JSON object");
  }
  return text.status();
}

Status JsonInvalid(std::string what) {
  return DataError("RedisEncodeInvalidJSON", std::move(what))
      .Next("mend the text there, or take the key out of the tree");
}

Status ParseJsonUint(Slice name, const JsonScalar& value, uint64_t* out) {
  const std::optional<uint64_t> number =
      value.kind == JsonScalar::Kind::kNumber ? ParseU64(value.text) : std::nullopt;
  if (!number) {
    return JsonInvalid("\"" + std::string(name) + "\" is not what it should be")
        .Expected("an integer from 0 to 18446744073709551615, without fraction or exponent")
        .Found(value.text.empty() ? "something else" : Printable(value.text));
  }
  *out = *number;
  return {};
}

Status ParseExpiry(const JsonScalar& value, uint64_t* expire_at_ms, bool* respelled,
                   bool* clamped) {
  *expire_at_ms = 0;
  if (value.kind == JsonScalar::Kind::kNull) return {};
  uint64_t ms = 0;
  SNAPTREE_TRY(ParseJsonUint("expire_at_ms", value, &ms));
  *expire_at_ms = std::min(ms, kMaxExpiryMs);
  *clamped = *expire_at_ms != ms;
  if (ms == 0) *respelled = true;
  return {};
}

}  // namespace snaptree::redis
