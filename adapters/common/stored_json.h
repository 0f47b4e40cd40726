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
#include "manifest/json_writer.h"

namespace snaptree {

struct JsonMember {
  Slice name;
  simdjson::dom::element value;
};

// JSON text of a member: the name with its quotes.
struct RawMember {
  Slice name;
  Slice value;
};

class StoredJson {
 public:
  // A text above this size is refused: no row of today comes near.
  static constexpr size_t kMaxBytes = size_t{16} << 20;

  // Forgets the text before. The members live until the next call. An error is a data error with
  // this code and without a place: the caller adds it.
  Status Parse(Slice text, const char* code, size_t max_bytes = kMaxBytes);

  // In stored order; a name that stands twice comes twice (the last one counts).
  const std::vector<JsonMember>& members() const { return members_; }
  // The text of the i-th member, as stored but without insignificant white space. Lives until the
  // next Parse().
  const RawMember& Raw(size_t i);
  Slice RawValue(size_t i) { return Raw(i).value; }

 private:
  simdjson::error_code ParseDocument(simdjson::dom::element* root);

  simdjson::dom::parser parser_;
  std::string text_;  // with the padding that simdjson wants behind it
  std::string tame_;  // the same without large numbers, when there are any
  size_t size_ = 0;
  std::vector<JsonMember> members_;
  std::string small_;           // the text without white space, once it was asked for
  std::vector<RawMember> raw_;  // of all members, in small_
  bool raw_known_ = false;
};

// Appends the members of an object to *members, in stored order. REQUIRES: a valid JSON object
// without insignificant white space, as Raw() gives it.
void SplitRawMembers(Slice object, std::vector<RawMember>* members);
// Calls the writer for each token of a JSON text, so that the text comes out in the writer's style;
// strings and numbers stay as they are. REQUIRES: valid JSON without insignificant white space.
void WriteRawJson(JsonWriter& json, Slice text);

// Conversions of a value to what a member must be; false: it is something else. Integers have
// neither fraction nor exponent.
bool IsJsonNull(const simdjson::dom::element& value);
bool ToText(const simdjson::dom::element& value, Slice* out);
bool ToUint64(const simdjson::dom::element& value, uint64_t* out);
bool ToInt64(const simdjson::dom::element& value, int64_t* out);
bool ToBool(const simdjson::dom::element& value, bool* out);

}  // namespace snaptree
