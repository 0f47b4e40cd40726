#include "adapters/redis/redis_json_values.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "adapters/redis/redis_json_handler.h"

namespace snaptree::redis {
namespace {

// Numbers stay text: RapidJSON would make an integer of -0 and lose the sign. Stop at the end of
// the object: otherwise RapidJSON takes a NUL byte for the end of the text and never sees what
// comes after it.
constexpr unsigned kFlags = kJsonTextFlags | rapidjson::kParseStopWhenDoneFlag;

// RapidJSON counts the digits of a number in an int and adds its exponent to that. No number is
// this long.
constexpr size_t kMaxDigits = 100'000'000;
constexpr size_t kMaxJsonBytes = 0x7fffffff;

Status Invalid(std::string what) { return DataError("RedisInvalidBlob", std::move(what)); }

bool HasEndlessNumber(Slice json) {
  constexpr Slice kDigits = "0123456789";
  if (json.size() <= kMaxDigits) return false;
  for (size_t at = json.find_first_of(kDigits); at != Slice::npos;) {
    const size_t end = std::min(json.find_first_not_of(kDigits, at), json.size());
    if (end - at > kMaxDigits) return true;
    at = json.find_first_of(kDigits, end);
  }
  return false;
}

Status ParseOnce(Slice json, JsonReader* reader, JsonHandler* handler) {
  rapidjson::MemoryStream stream(json.data(), json.size());
  const rapidjson::ParseResult result = reader->Parse<kFlags>(stream, *handler);
  if (!handler->status().ok()) return handler->status();
  if (result.IsError()) {
    return Invalid(std::string("JSON blob is malformed at byte ") +
                   std::to_string(result.Offset()) + ": " +
                   rapidjson::GetParseError_En(result.Code()));
  }
  if (stream.Tell() != json.size()) {
    return Invalid("JSON blob goes on after its object")
        .Expected(std::to_string(stream.Tell()) + " bytes")
        .Found(std::to_string(json.size()));
  }
  return Status::Ok();
}

Status VisitJson(Slice json, JsonLayout layout, const JsonHandler::Emit& emit, BlobInfo* info) {
  *info = BlobInfo{};
  if (!json.starts_with('{')) return Invalid("JSON blob does not begin with its object");
  if (json.size() > kMaxJsonBytes) return Invalid("JSON blob is larger than 2 GiB");
  if (HasEndlessNumber(json)) return Invalid("JSON blob has a number of over 100 million digits");
  JsonReader reader;
  JsonHandler check(layout, 0, nullptr);
  SNAPTREE_TRY(ParseOnce(json, &reader, &check));
  JsonHandler visit(layout, check.containers(), &emit);
  SNAPTREE_TRY(ParseOnce(json, &reader, &visit));
  *info = visit.info();
  return Status::Ok();
}

}  // namespace

Status VisitHashJson(Slice json, const HashVisitor& visitor, BlobInfo* info) {
  const auto emit = [&](const JsonElement& e) { return visitor(e.name, e.value); };
  return VisitJson(json, JsonLayout::kHash, emit, info);
}

Status VisitSetJson(Slice json, const SetVisitor& visitor, BlobInfo* info) {
  const auto emit = [&](const JsonElement& e) { return visitor(e.name); };
  return VisitJson(json, JsonLayout::kSet, emit, info);
}

Status VisitZSetJson(Slice json, const ZSetVisitor& visitor, BlobInfo* info) {
  const auto emit = [&](const JsonElement& e) { return visitor(e.name, e.score_bits); };
  return VisitJson(json, JsonLayout::kZSet, emit, info);
}

Status VisitStreamJson(Slice json, const StreamVisitor& visitor, BlobInfo* info) {
  const auto emit = [&](const JsonElement& e) { return visitor(e.name, e.fields); };
  return VisitJson(json, JsonLayout::kStream, emit, info);
}

}  // namespace snaptree::redis
