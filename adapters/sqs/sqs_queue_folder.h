// What stands in the folder of one queue. Stateless.
#pragma once

#include "adapters/common/encode_context.h"
#include "base/slice.h"

namespace snaptree::sqs {

inline constexpr const char* kQueueFile = "_queue.json";
inline constexpr const char* kExtensionFile = "_queue_ext.json";
inline constexpr const char* kMessagesFile = "messages.jsonl";
inline constexpr const char* kSideRecordsPath = "_internals/side_records.jsonl";

// The files that there are.
struct QueueFolder {
  bool queue = false;
  bool extension = false;
  bool messages = false;
  bool side_records = false;
};

// tell: files that do not belong there are told to the findings.
Status ListQueueFolder(const EncodeContext& context, Slice folder, bool tell, QueueFolder* found);

}  // namespace snaptree::sqs
