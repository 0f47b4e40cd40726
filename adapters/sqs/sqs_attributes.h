// message_attributes of a line of messages.jsonl, as a node stores them and with the checksum that
// goes with them: spec 05 sections 2.3, 7.5 and 7.6. One thread.
#pragma once

#include <string>
#include <vector>

#include "adapters/common/stored_json.h"
#include "base/md5.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree::sqs {

class MessageAttributes {
 public:
  // No attributes.
  void Clear();
  // json.members()[index] is an object. "SqsEncodeInvalidMessage" (data, without a place).
  Status Read(StoredJson& json, size_t index);

  // One JSON object; empty when there are none. Lives until the next call of Read() or Clear().
  Slice text() const { return text_; }
  // Of what is there; empty when there are none.
  Slice md5_hex() const { return md5_hex_; }
  // Whether text() says what was read, in whatever form and order.
  bool as_written() const { return as_written_; }

 private:
  struct Attribute {
    Slice name;
    Slice raw;  // its value
    Slice data_type;
    Slice string_value;
    Slice binary_value;  // base64
    bool has_more = false;
    simdjson::dom::object object;
  };
  Status ReadAttribute(const simdjson::dom::element& value, Attribute* attribute);
  void AppendText(const Attribute& attribute);
  void Hash(const Attribute& attribute);

  std::vector<Attribute> attributes_;
  std::vector<RawMember> raw_;
  std::vector<RawMember> raw_members_;
  std::string text_;
  std::string md5_hex_;
  std::string bytes_;
  std::string value_;
  Md5 md5_;
  bool as_written_ = true;
};

}  // namespace snaptree::sqs
