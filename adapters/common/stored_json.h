// Reads the JSON values that a live node stores: one object, checked whole (structure, UTF-8,
// nothing behind it), members by their exact names, 64-bit integers exact (specs 03 to 06: values
// above 2^53 are normal).
//
//   StoredJson json;
//   SNAPTREE_TRY(json.Parse(text, "SqsInvalidMessage"));
//   for (const JsonMember& member : json.members()) ...
//
// simdjson's document parser chooses its kernel when the program starts. It needs several bytes of
// memory for each byte of text: values that may be large are not for it. One thread.
#pragma once

#include <simdjson.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

struct JsonMember {
  Slice name;
  simdjson::dom::element value;
};

class StoredJson {
 public:
  // A text above this size is refused: no row of today comes near.
  static constexpr size_t kMaxBytes = size_t{16} << 20;

  // Forgets the text before. The members live until the next call. An error is a data error with
  // this code and without a place: the caller adds it.
  Status Parse(Slice text, const char* code);

  // In stored order; a name that stands twice comes twice (the last one counts).
  const std::vector<JsonMember>& members() const { return members_; }
  // The text of the i-th member's value, as stored but without insignificant white space.
  const std::string& RawValue(size_t i);

 private:
  simdjson::dom::parser parser_;
  std::string text_;  // with the padding that simdjson wants behind it
  size_t size_ = 0;
  std::vector<JsonMember> members_;
  std::vector<std::string> raw_;  // of all members, once one was asked for
  bool raw_known_ = false;
};

// Conversions of a value to what a member must be; false: it is something else. Integers have
// neither fraction nor exponent.
bool IsJsonNull(const simdjson::dom::element& value);
bool ToText(const simdjson::dom::element& value, Slice* out);
bool ToUint64(const simdjson::dom::element& value, uint64_t* out);
bool ToInt64(const simdjson::dom::element& value, int64_t* out);
bool ToBool(const simdjson::dom::element& value, bool* out);

}  // namespace snaptree
