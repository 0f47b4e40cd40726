// Reads the JSON objects of redis/ as people may have edited them (spec 02 chapter 7): one object
// around one array of binary-safe values ("BV", section 4.1) or of objects with two of them.
// Members may come in any order and are matched exactly; unknown ones are skipped and counted. Text
// is strict: UTF-8, no lone surrogate, nothing behind the object, none of the known members twice.
// Elements are handed out while they are read; nothing is kept.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "adapters/redis/redis_json_text.h"
#include "base/slice.h"
#include "base/status.h"

namespace snaptree::redis {

struct ElementsLayout {
  Slice array;                     // name of the array; empty: there is none
  Slice first;                     // member of its elements; empty: elements are BVs themselves
  Slice second;                    // the other member of its elements
  bool scored = false;             // the second one is a score, not a BV
  std::span<const Slice> scalars;  // other members of the object around; at most 8
  uint32_t bytes_scalars = 0;      // bit i: scalar i is a BV, given as a string of its bytes
  // Name of an array around: of objects that hold the array each, and these of the scalars (bit i:
  // scalar i). Empty: there is none.
  Slice groups{};
  uint32_t group_scalars = 0;
  // One of the scalars that is not to be held when it is a string or a BV, by its index, and
  // whether its string is base64url: ElementsSink::LongBytes() has it.
  std::optional<size_t> long_scalar{};
  bool long_is_base64 = false;
};

struct JsonScalar {
  enum class Kind : uint8_t { kNull, kFalse, kTrue, kNumber, kString };
  Kind kind = Kind::kNull;
  Slice text;  // of numbers, as it stands there, and of strings
};

// What is found. An error of these ends reading. Views live until the call returns.
class ElementsSink {
 public:
  virtual ~ElementsSink() = default;
  // One of layout.scalars, by its index.
  virtual Status Scalar(size_t index, const JsonScalar& value) = 0;
  // The bytes of layout.long_scalar come first: where in the text the quote before them stands, and
  // whether they are written as base64url; then the bytes, in pieces. Scalar() ends them: a string
  // without text.
  virtual void BeginLong(uint64_t /*position*/, bool /*base64*/) {}
  virtual Status LongBytes(Slice /*piece*/) { return {}; }
  virtual Status Element(Slice first, Slice second) = 0;
  virtual Status Scored(Slice member, uint64_t score_bits) = 0;
  // The end of an object of layout.groups, and whether everything was there.
  virtual Status Group(bool /*complete*/) { return {}; }
};

struct ElementsInfo {
  bool has_array = false;        // of groups: the array around
  uint32_t scalars = 0;          // bit i: scalar i was there
  uint64_t unknown_members = 0;  // left out
  bool respelled = false;        // a score is written as no other spelling of the same number is
};

// For many texts, one after the other.
class ElementsReader {
 public:
  ElementsReader();
  ~ElementsReader();

  // "RedisEncodeInvalidJSON" without a place: text.line() is near. REQUIRES: all outlive the call.
  Status Read(JsonText& text, const ElementsLayout& layout, ElementsSink& sink, ElementsInfo* info);

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

// With a step that helps whatever is wrong.
Status JsonInvalid(std::string what);

// "expire_at_ms" of any file: null and 0 are none (0), above 2^63-1 is 2^63-1. *respelled becomes
// true for a 0, which snaptree does not write; *clamped tells whether the time is another one.
Status ParseExpiry(const JsonScalar& value, uint64_t* expire_at_ms, bool* respelled, bool* clamped);
// A decimal u64 without fraction and exponent.
Status ParseJsonUint(Slice name, const JsonScalar& value, uint64_t* out);

}  // namespace snaptree::redis
