// A message as the node stores it and as it stands in messages.jsonl: spec 05 sections 2.3 and 5.3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/common/stored_json.h"
#include "adapters/sqs/sqs_unknown_members.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree::sqs {

// Times are Unix milliseconds. Absent members are 0 or empty, which is what they mean. Texts are
// valid UTF-8 but for the body.
struct Message {
  Slice id;
  Slice body;  // raw bytes
  Slice md5_of_body;
  Slice md5_of_attributes;
  Slice attributes;  // JSON object, as it is written; empty when there are none
  Slice sender_id;
  int64_t sent_ms = 0;
  int64_t available_ms = 0;
  int64_t visible_ms = 0;
  int64_t receive_count = 0;
  int64_t first_receive_ms = 0;
  Slice receipt_token;  // base64 with padding
  uint64_t generation = 0;
  Slice group_id;
  Slice deduplication_id;
  uint64_t sequence = 0;
  Slice dead_letter_source;
  std::optional<uint32_t> partition;  // of its key; not stored
  Slice extra;                        // x_extra as a JSON object; empty when there is nothing
};

// Reads stored messages. One thread.
class MessageReader {
 public:
  // "SqsInvalidMessage" (data, without a place): no magic, no JSON, or a member that is not what it
  // must be. Views in *message live until the next call.
  Status Read(Slice stored, Message* message);
  // Names of the message's members that this version does not know.
  const std::vector<Slice>& unknown_names() const { return unknown_.names(); }

 private:
  bool ReadMember(size_t id, size_t index, Message* message);
  bool ReadAttributes(size_t index, Message* message);

  StoredJson json_;
  UnknownMembers unknown_;
  Slice body_base64_;
  std::string body_;
  std::string scratch_;
  struct Attribute {
    Slice name;
    Slice value;  // raw JSON
  };
  std::vector<RawMember> raw_attributes_;
  std::vector<Attribute> attributes_;
  std::string attributes_text_;
};

// Appends the line of messages.jsonl with its newline.
void AppendMessageLine(std::string* out, const Message& message);
// Appends what a node stores. `attributes` is as a node writes it.
void AppendStoredMessage(std::string* out, const Message& message);

}  // namespace snaptree::sqs
