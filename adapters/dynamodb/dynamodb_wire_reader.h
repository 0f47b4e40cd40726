// Walks the fields of one protobuf message in memory (spec 03 chapter 2) and gives views into it.
// Nothing is copied and nothing is allocated: every item of a store passes here.
//
//   WireReader in(message);
//   while (in.Next()) {
//     if (in.Is(1, WireType::kBytes)) { ... in.bytes() ... } else { ... unknown field ... }
//   }
//   if (!in.ok()) ...
//
// Next() reads the whole field, so that a field needs no call to be passed over. A known number
// with another wire type is an unknown field, as everywhere in protobuf. Not thread-safe.
#pragma once

#include <cstdint>

#include "base/slice.h"

namespace snaptree::dynamodb {

enum class WireType : uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,
  kStartGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5,
};

class WireReader {
 public:
  explicit WireReader(Slice message) : at_(message.data()), end_(message.data() + message.size()) {}

  // To the next field. False at the end, and after anything malformed.
  bool Next() {
    if (at_ == end_ || !ok_) return false;
    begin_ = at_;
    ok_ = ReadField(kMaxGroups);
    return ok_;
  }
  bool ok() const { return ok_; }

  uint32_t number() const { return tag_ >> 3; }
  bool Is(uint32_t number, WireType type) const {
    return tag_ == (number << 3 | static_cast<uint32_t>(type));
  }
  Slice bytes() const { return bytes_; }       // of a kBytes field
  uint64_t varint() const { return varint_; }  // of a kVarint field
  // The whole field, tag included.
  Slice field() const { return {begin_, static_cast<size_t>(at_ - begin_)}; }

 private:
  static constexpr int kMaxGroups = 100;  // groups inside groups: protobuf's limit

  size_t left() const { return static_cast<size_t>(end_ - at_); }

  bool ReadVarint(uint64_t* out) {
    if (at_ != end_ && static_cast<uint8_t>(*at_) < 0x80) {
      *out = static_cast<uint8_t>(*at_++);
      return true;
    }
    return ReadLongVarint(out);
  }

  bool ReadLongVarint(uint64_t* out) {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 70 && at_ != end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      if (shift == 63 && byte > 1) return false;  // more than 64 bits
      v |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) {
        *out = v;
        return true;
      }
    }
    return false;
  }

  bool ReadTag() {
    uint64_t tag = 0;
    if (!ReadVarint(&tag) || tag > UINT32_MAX || tag >> 3 == 0) return false;
    tag_ = static_cast<uint32_t>(tag);
    return true;
  }

  bool Skip(uint64_t n) {
    if (n > left()) return false;
    at_ += n;
    return true;
  }

  bool ReadField(int groups) {
    if (!ReadTag()) return false;
    switch (static_cast<WireType>(tag_ & 7)) {
      case WireType::kVarint:
        return ReadVarint(&varint_);
      case WireType::kFixed64:
        return Skip(8);
      case WireType::kFixed32:
        return Skip(4);
      case WireType::kBytes: {
        uint64_t size = 0;
        if (!ReadVarint(&size) || size > left()) return false;
        bytes_ = Slice(at_, size);
        at_ += size;
        return true;
      }
      case WireType::kStartGroup:
        return SkipGroup(groups);
      default:
        return false;  // the end of a group that never began, or no wire type
    }
  }

  // To behind the end of the group that tag_ began.
  bool SkipGroup(int groups) {
    const uint32_t start = tag_;
    const uint32_t end = start - static_cast<uint32_t>(WireType::kStartGroup) +
                         static_cast<uint32_t>(WireType::kEndGroup);
    while (groups > 0 && at_ != end_) {
      const char* field = at_;
      if (!ReadTag()) return false;
      if (tag_ == end) {
        tag_ = start;
        return true;
      }
      at_ = field;
      if (!ReadField(groups - 1)) return false;
    }
    return false;
  }

  const char* at_;
  const char* end_;
  const char* begin_ = nullptr;
  bool ok_ = true;
  uint32_t tag_ = 0;
  Slice bytes_;
  uint64_t varint_ = 0;
};

}  // namespace snaptree::dynamodb
