// Reads lines of messages.jsonl: spec 05 sections 5.3 and 7.1. The writing side is in
// sqs_message.h. One thread.
#pragma once

#include <string>
#include <vector>

#include "adapters/common/stored_json.h"
#include "adapters/sqs/sqs_attributes.h"
#include "adapters/sqs/sqs_message.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree::sqs {

// The longest line that a dump can have: a stored message of StoredJson::kMaxBytes whose body is
// escaped with six characters for each byte.
inline constexpr size_t kMaxMessageLineBytes = size_t{128} << 20;

class MessageLineReader {
 public:
  // "SqsEncodeInvalidMessage" (data, without a place). Views in *message live until the next call;
  // its attributes are as a node stores them, its checksums as they stand in the line.
  Status Read(Slice line, Message* message);

  // Of the line that was read last:
  // Members that no row holds.
  const std::vector<Slice>& ignored() const { return ignored_; }
  bool has_sent_time() const { return has_sent_time_; }
  // Whether AppendMessageLine() writes the same members with the same values; their form and order
  // do not count.
  bool as_written() const { return as_written_; }
  // Of its attributes; empty when there are none.
  Slice attributes_md5() const { return attributes_.md5_hex(); }

 private:
  Status ReadMember(size_t id, size_t index, Message* message);
  Status ReadBody(const simdjson::dom::element& value, Message* message);
  Status ReadExtra(size_t index, Message* message);
  Status Text(size_t id, size_t index, Slice* out);
  template <class Number>
  Status Always(size_t id, size_t index, Number* out);
  template <class Number>
  Status UnlessZero(size_t id, size_t index, Number* out);

  StoredJson json_;
  MessageAttributes attributes_;
  std::string body_;
  std::string scratch_;
  std::vector<Slice> ignored_;
  bool has_sent_time_ = false;
  bool as_written_ = true;
};

}  // namespace snaptree::sqs
