// JSON blobs of older stores on arbitrary text, in all four layouts. Malformed text gives no
// element; every string that comes out is UTF-8; a hash that was read is the same when it is
// written plainly and read again.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "adapters/redis/redis_json_values.h"
#include "adapters/redis/redis_score.h"
#include "base/text.h"

namespace {

using namespace snaptree;
using namespace snaptree::redis;
using Pairs = std::vector<std::pair<std::string, std::string>>;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckOutcome(const Status& status, uint64_t elements, const BlobInfo& info) {
  Require(elements == info.elements);
  Require(status.ok() == info.was_json);
  if (!status.ok()) Require(elements == 0 && status.code() == "RedisInvalidBlob");
}

void AppendString(std::string* out, Slice text) {
  *out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || c == '"' || c == '\\') {
      *out += "\\u00";
      AppendHex(out, Slice(&c, 1));
    } else {
      *out += c;
    }
  }
  *out += '"';
}

Status ReadHash(Slice json, Pairs* pairs, BlobInfo* info) {
  const auto visitor = [&](Slice field, Slice value) {
    Require(IsUtf8(field) && IsUtf8(value));
    pairs->emplace_back(field, value);
    return Status::Ok();
  };
  return VisitHashJson(json, visitor, info);
}

void CheckHash(Slice json) {
  Pairs pairs;
  BlobInfo info;
  const Status status = ReadHash(json, &pairs, &info);
  CheckOutcome(status, pairs.size(), info);
  if (!status.ok()) return;

  std::string plain = "{";
  for (const auto& [field, value] : pairs) {
    if (plain.size() > 1) plain += ',';
    AppendString(&plain, field);
    plain += ':';
    AppendString(&plain, value);
  }
  plain += '}';
  Pairs again;
  BlobInfo info_again;
  Require(ReadHash(plain, &again, &info_again).ok());
  Require(again == pairs);
  Require(info_again.has_replacement_char == info.has_replacement_char);
}

void CheckSet(Slice json) {
  uint64_t elements = 0;
  BlobInfo info;
  const auto visitor = [&](Slice member) {
    ++elements;
    Require(IsUtf8(member));
    return Status::Ok();
  };
  const Status status = VisitSetJson(json, visitor, &info);
  CheckOutcome(status, elements, info);
}

void CheckZSet(Slice json) {
  uint64_t elements = 0;
  BlobInfo info;
  const auto visitor = [&](Slice member, uint64_t bits) {
    ++elements;
    Require(IsUtf8(member));
    std::string text;
    AppendScore(&text, bits);
    Require(text.front() != '"');  // neither infinity nor NaN
    return Status::Ok();
  };
  const Status status = VisitZSetJson(json, visitor, &info);
  CheckOutcome(status, elements, info);
}

void CheckStream(Slice json) {
  uint64_t elements = 0;
  BlobInfo info;
  const auto visitor = [&](Slice id, const std::vector<Slice>& fields) {
    ++elements;
    Require(IsUtf8(id));
    for (const Slice field : fields) Require(IsUtf8(field));
    return Status::Ok();
  };
  const Status status = VisitStreamJson(json, visitor, &info);
  CheckOutcome(status, elements, info);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice json(reinterpret_cast<const char*>(data), size);
  CheckHash(json);
  CheckSet(json);
  CheckZSet(json);
  CheckStream(json);
  return 0;
}
