// Walks the fields of one protobuf message in memory and gives views into it. Used by the Redis
// value codecs, whose messages are flat lists of strings; generated classes would copy every one of
// them.
//
//   ProtoReader in(message);
//   while (in.Next()) {
//     if (in.tag() == kLengthDelimited1) in.ReadBytes(&name); else in.Skip();
//   }
//   if (!in.ok()) ...
//
// A known number with another wire type is an unknown field, as everywhere in protobuf. Not
// thread-safe.
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <climits>
#include <cstdint>

#include "base/slice.h"

namespace snaptree::redis {

inline constexpr uint32_t kLengthDelimited1 = 0x0a;  // field 1, wire type 2
inline constexpr uint32_t kLengthDelimited2 = 0x12;
inline constexpr uint32_t kFixed64Number2 = 0x11;  // field 2, wire type 1

// Messages beyond this cannot exist: protobuf's own limit.
inline constexpr uint64_t kMaxMessageBytes = INT_MAX;

class ProtoReader {
 public:
  // REQUIRES: message.size() <= kMaxMessageBytes.
  explicit ProtoReader(Slice message)
      : message_(message), input_(Bytes(message), static_cast<int>(message.size())) {}

  // To the next field. False at the end, and after anything malformed.
  bool Next() {
    uint64_t tag = 0;
    if (!ok_ || position() == message_.size()) return false;
    // Field number 0 and numbers beyond 29 bits do not exist; ReadTag() would cut the latter off.
    ok_ = input_.ReadVarint64(&tag) && tag <= UINT32_MAX && tag >> 3 != 0;
    tag_ = static_cast<uint32_t>(tag);
    return ok_;
  }
  bool ok() const { return ok_; }
  uint32_t tag() const { return tag_; }

  // One of these after each Next(). A value that is cut makes ok() false and leaves the output
  // alone.
  void ReadBytes(Slice* out) {
    uint64_t size = 0;
    ok_ = input_.ReadVarint64(&size) && size <= message_.size() - position();
    if (!ok_) return;
    *out = message_.substr(position(), size);
    ok_ = input_.Skip(static_cast<int>(size));
  }
  void ReadFixed64(uint64_t* out) { ok_ = input_.ReadLittleEndian64(out); }
  // Groups inside groups are followed a hundred levels down, protobuf's limit.
  void Skip() { ok_ = google::protobuf::internal::WireFormatLite::SkipField(&input_, tag_); }

 private:
  size_t position() const { return static_cast<size_t>(input_.CurrentPosition()); }

  Slice message_;
  google::protobuf::io::CodedInputStream input_;
  uint32_t tag_ = 0;
  bool ok_ = true;
};

}  // namespace snaptree::redis
