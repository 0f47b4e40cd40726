// The messages of one queue, on their way from its runs of rows to messages.jsonl, in the order of
// spec 05 section 5.3 and within the memory ceiling. One thread.
#pragma once

#include <set>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/common/json_value.h"
#include "adapters/sqs/sqs_heads.h"
#include "adapters/sqs/sqs_message.h"
#include "base/external_sorter.h"

namespace snaptree::sqs {

class MessageSorter {
 public:
  // Without preserve_visibility messages are as if nobody had received them yet.
  MessageSorter(const DecodeContext& context, bool preserve_visibility, SorterOptions memory);

  // Reads the messages of a run and books its rows.
  Status AddRun(const Head& run, Slice queue_segment);
  bool empty() const { return sorter_.size() == 0; }
  // Writes what was added and forgets it. REQUIRES: !empty().
  Status Write(Slice path);

  uint64_t written() const { return written_; }  // in all files
  uint64_t damaged() const { return damaged_; }  // rows that hold no message

 private:
  Status AddRow(const ViewRow& row, const SqsKey& key, Slice id);
  Status Load(const ViewRow& row, Message* message);
  void Check(const Message& message, const SqsKey& key, Slice id);

  const DecodeContext& context_;
  const bool preserve_visibility_;
  const FamilyId family_;
  ExternalSorter sorter_;
  MessageReader reader_;
  JsonFile file_;
  Slice queue_name_;                     // of the row at hand
  std::set<std::string> unknown_names_;  // that were reported of this queue
  std::string value_;
  std::string sort_key_;
  std::string payload_;
  uint64_t written_ = 0;
  uint64_t damaged_ = 0;
};

}  // namespace snaptree::sqs
