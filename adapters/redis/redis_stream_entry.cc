#include "adapters/redis/redis_stream_entry.h"

#include <optional>
#include <string>

#include "adapters/redis/redis_proto_reader.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

Status Invalid(std::string what) { return DataError("RedisInvalidStreamEntry", std::move(what)); }

}  // namespace

bool ParseStreamEntryMessage(Slice message, std::vector<Slice>* fields, Slice* id) {
  fields->clear();
  *id = {};
  ProtoReader in(message);
  while (in.Next()) {
    if (in.tag() == kLengthDelimited1) {
      in.ReadBytes(id);
    } else if (in.tag() == kLengthDelimited2) {
      in.ReadBytes(&fields->emplace_back());
    } else {
      in.Skip();
    }
  }
  return in.ok();
}

Status ParseStreamEntry(Slice value, std::vector<Slice>* fields, Slice* id) {
  if (!value.starts_with(kStreamEntryMagic)) {
    return Invalid("stream entry does not begin with its magic")
        .Expected(Hex(kStreamEntryMagic))
        .Found(value.empty() ? "no byte" : Hex(value.substr(0, kStreamEntryMagic.size())));
  }
  if (value.size() > kMaxMessageBytes) return Invalid("stream entry is larger than 2 GiB");
  value.remove_prefix(kStreamEntryMagic.size());
  if (!ParseStreamEntryMessage(value, fields, id)) {
    return Invalid("protobuf of a stream entry is malformed");
  }
  if (fields->size() % 2 != 0) {
    return Invalid("stream entry has a name without a value")
        .Expected("an even number of fields")
        .Found(std::to_string(fields->size()));
  }
  return Status::Ok();
}

bool ParseStreamId(Slice text, uint64_t* ms, uint64_t* seq) {
  const size_t dash = text.find('-');
  if (dash == Slice::npos) return false;
  const std::optional<uint64_t> first = ParseU64(text.substr(0, dash));
  const std::optional<uint64_t> second = ParseU64(text.substr(dash + 1));
  if (!first || !second) return false;
  *ms = *first;
  *seq = *second;
  return true;
}

}  // namespace snaptree::redis
