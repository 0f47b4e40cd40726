// Rows of which several messages may want the same one: deduplication records and the locks of
// message groups (spec 05 section 7.3). Who gets it is known when all messages were read; what they
// want goes through a sorter until then. Add...() from any thread, Write() once, at the end.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/sqs/sqs_message.h"
#include "base/external_sorter.h"

namespace snaptree::sqs {

class ContestedRows {
 public:
  ContestedRows(const EncodeContext& context, SorterOptions memory)
      : context_(context), sorter_(std::move(memory)) {}

  // A message whose deduplication id makes it want the row with this key.
  Status AddDedup(Slice key, const Message& message);
  // The row as the tree's side records have it, in this line; it goes before messages, but not
  // without one. Of several lines the last one counts.
  Status AddStoredDedup(Slice key, uint64_t line, Slice value);
  // A message of a group. Only one that was received can hold the group's lock.
  Status AddToGroup(Slice key, const Message& message);
  // The lock as the side records have it: counts when the message is in the group.
  Status AddStoredLock(Slice key, uint64_t line, Slice message_id, Slice value);

  Status Write();

 private:
  struct Group;
  void BeginKey(Slice key, char kind);
  Status Add();
  Status WriteGroup(const Group& group, RowWriter& writer);
  void TellTwins(const Group& group);
  void TellGroup(const Group& group, const char* code, const char* text);

  const EncodeContext& context_;
  std::mutex mutex_;  // of all that follows, until Write()
  ExternalSorter sorter_;
  std::string key_;
  std::string payload_;
};

}  // namespace snaptree::sqs
