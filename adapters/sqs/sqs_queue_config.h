// A queue's configuration, from the files of its folder: read, checked, completed, and told of.
// One thread.
#pragma once

#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/sqs/sqs_json_compare.h"
#include "adapters/sqs/sqs_queue_folder.h"
#include "adapters/sqs/sqs_queue_tree_files.h"

namespace snaptree::sqs {

class QueueConfigReader {
 public:
  explicit QueueConfigReader(const EncodeContext& context)
      : context_(context), reader_(context.input) {}

  // REQUIRES: found.queue. "SqsEncodeInvalidQueue" (data).
  Status Read(Slice folder, const QueueFolder& found, QueueConfig* config);
  // Says which of the two files a decoder would not write again, or would write where there is
  // none. meta and sequence are what is stored. REQUIRES: Read() went well for this queue.
  Status TellDifferences(const QueueMeta& meta, uint64_t sequence);

 private:
  Status ReadExtension(QueueConfig* config);
  void Tell(QueueConfig* config);
  std::string Path(const char* file) const { return folder_ + "/" + file; }

  const EncodeContext& context_;
  TreeReader reader_;
  QueueTreeReader files_;
  JsonComparer comparer_;
  // Of the queue at hand.
  std::string folder_;
  std::string queue_text_;
  std::string extension_text_;
};

}  // namespace snaptree::sqs
