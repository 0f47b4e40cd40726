// Turns lines of messages.jsonl into the rows that a node keeps for a message: spec 05 sections 7.3
// to 7.5. One thread; several of them may work on one queue.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/common/encode_context.h"
#include "adapters/sqs/sqs_contested_rows.h"
#include "adapters/sqs/sqs_keys.h"
#include "adapters/sqs/sqs_message_batches.h"
#include "adapters/sqs/sqs_message_line_reader.h"
#include "adapters/sqs/sqs_queue_meta.h"
#include "base/md5.h"
#include "base/sha256.h"

namespace snaptree::sqs {

// What its messages need to know of a queue; the same for all threads.
struct EncodedQueue {
  std::string messages_path;
  QueueMeta meta;  // as it is stored
  std::string segment;
  bool is_known = true;    // false: it has errors of its own; its lines are only checked
  bool preserve = false;   // receive counts and visibility are kept
  bool has_locks = false;  // side records have locks of groups
};

// What came of some messages.
struct MessageTotals {
  uint64_t messages = 0;
  uint64_t greatest_sequence = 0;
  bool as_written = true;  // a decoder would write these lines again

  void Add(const MessageTotals& other);
};

class MessageEncoder {
 public:
  MessageEncoder(const EncodeContext& context, ContestedRows& contested)
      : context_(context), contested_(contested), writer_(context.rows.Borrow()) {}

  // Data errors are told to the findings, and the next line is read.
  Status Encode(const EncodedQueue& queue, const MessageBatch& batch, MessageTotals* totals);
  // For the rows of the queue itself.
  RowWriter& writer() { return *writer_; }

 private:
  Status EncodeLine(const EncodedQueue& queue, Slice line, uint64_t number, MessageTotals* totals);
  Status SetPartition(const EncodedQueue& queue, Message* m);
  void SetVisibility(const EncodedQueue& queue, Message* m);
  void SetChecksums(Message* m);
  void SetGeneration(const EncodedQueue& queue, Message* m);
  void TellOfLine();
  Status PutRows(const EncodedQueue& queue, const Message& m);
  Status PutContested(const EncodedQueue& queue, const Message& m, SqsKey key);
  Slice DeduplicationId(const EncodedQueue& queue, const Message& m);
  Status BuildKey(SqsFamily family, const SqsKey& key);
  void Warn(std::string_view code, std::string_view text, std::string_view more = {});
  void Note(std::string_view code, std::string_view text);
  std::string Place() const;

  const EncodeContext& context_;
  ContestedRows& contested_;
  const std::unique_ptr<RowWriter> writer_;
  MessageLineReader reader_;
  Message message_;
  Md5 md5_;
  Sha256 sha256_;
  std::string key_;
  std::string value_;
  std::string id_segment_;
  std::string name_segment_;
  std::string group_segment_;
  std::string body_md5_;
  std::string dedup_id_;
  // Of the line at hand.
  Slice path_;
  uint64_t line_ = 0;
  bool as_written_ = true;
};

}  // namespace snaptree::sqs
