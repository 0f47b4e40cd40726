// Compact JSON text of a record, or of an element of one, whose size is known before it is written:
// small values stand in it, large ones are named and read when it is written. HTML escaping is off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "adapters/common/numbered_line_files.h"
#include "base/result.h"
#include "formats/value_ref.h"

namespace snaptree::redis {

// Bytes of the JSON text of a BV.
uint64_t BytesTextSize(Slice bytes);

class RecordText {
 public:
  void Clear();
  // Bytes of all of it.
  uint64_t size() const { return text_.size() + large_bytes_; }
  bool empty() const { return size() == 0; }

  // As it is.
  void Raw(Slice json) { text_.append(json); }
  void Number(uint64_t number) { text_.append(std::to_string(number)); }
  // "BV" of spec 02 section 4.1, of the value from `from` on.
  void Bytes(Slice bytes);
  Status Value(const RowSource& source, const ValueRef& value, uint64_t from = 0);
  // A string in base64url, of the value from `from` on.
  Status Base64(const RowSource& source, const ValueRef& value, uint64_t from);
  // Puts `other` behind this.
  void Append(const RecordText& other);

  Status Write(const RowSource& source, NumberedLineFiles& lines) const;

 private:
  // A value that stands in the source, without its quotes.
  struct Large {
    size_t at = 0;  // in text_
    ValueRef value;
    uint64_t from = 0;
    bool base64 = false;
  };

  bool IsLarge(const ValueRef& value) const;
  void AddLarge(const ValueRef& value, uint64_t from, bool base64, uint64_t text_bytes);
  void AddBase64(const ValueRef& value, uint64_t from);

  std::string text_;
  std::vector<Large> large_;
  uint64_t large_bytes_ = 0;  // of their text
};

}  // namespace snaptree::redis
