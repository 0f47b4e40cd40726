#include "adapters/redis/redis_large_entry.h"

#include <algorithm>

#include "adapters/redis/redis_proto_reader.h"
#include "adapters/redis/redis_stream_entry.h"

namespace snaptree::redis {
namespace {

constexpr uint64_t kLongestVarint = 10;
constexpr size_t kMaxFields =
    1 << 20;  // each takes a ValueRef in memory; no client can send as many in one command

Status Malformed(const char* what) { return DataError("RedisInvalidStreamEntry", what); }

// Steps through a protobuf message in the source without loading what it steps over.
class MessageWalk {
 public:
  MessageWalk(const RowSource& source, const ValueRef& body, uint64_t begin)
      : source_(source), body_(body), at_(begin) {}

  bool AtEnd() const { return at_ == body_.size; }
  uint64_t position() const { return body_.position + at_; }
  bool Skip(uint64_t n) {
    if (n > body_.size - at_) return false;
    at_ += n;
    return true;
  }
  Result<uint64_t> Varint() {
    const auto n = static_cast<size_t>(std::min(kLongestVarint, body_.size - at_));
    SNAPTREE_ASSIGN(const Slice bytes, source_.View(position(), n, &buffer_));
    uint64_t value = 0;
    for (size_t i = 0; i < n; ++i) {
      const auto b = static_cast<uint8_t>(bytes[i]);
      value |= uint64_t{b & 0x7fU} << (7 * i);
      if (b >= 0x80) continue;
      at_ += i + 1;
      return value;
    }
    return Malformed("a number in the entry does not end");
  }

 private:
  const RowSource& source_;
  const ValueRef& body_;
  uint64_t at_;
  ViewBuffer buffer_;
};

}  // namespace

Status LocateEntryFields(const RowSource& source, const ValueRef& body,
                         std::vector<ValueRef>* fields) {
  fields->clear();
  if (!body.resident.starts_with(kStreamEntryMagic))
    return Malformed("the entry's magic is missing");
  MessageWalk walk(source, body, kStreamEntryMagic.size());
  while (!walk.AtEnd()) {
    SNAPTREE_ASSIGN(const uint64_t tag, walk.Varint());
    if (tag > UINT32_MAX || tag >> 3 == 0)
      return Malformed("a part of the entry has an impossible number");
    uint64_t size = 0;
    switch (tag & 7) {
      case 0: {
        SNAPTREE_ASSIGN([[maybe_unused]] const uint64_t number, walk.Varint());
        break;
      }
      case 1:
        size = 8;
        break;
      case 2: {
        SNAPTREE_ASSIGN(size, walk.Varint());
        break;
      }
      case 5:
        size = 4;
        break;
      default:
        return Malformed("the entry holds a part of an unknown kind");
    }
    const uint64_t begin = walk.position();
    if (!walk.Skip(size)) return Malformed("a part of the entry is longer than the entry");
    if (tag != kLengthDelimited2) continue;
    if (fields->size() == kMaxFields) return Malformed("the entry has too many fields");
    fields->push_back({Slice(), size, begin});
  }
  if (fields->size() % 2 != 0) return Malformed("the entry has a field without a value");
  return {};
}

}  // namespace snaptree::redis
