// The lines of one messages.jsonl, some at a time, for several threads. One thread calls.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/common/encode_context.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree::sqs {

class MessageBatch {
 public:
  // Calls take(text, line number) -> Status for each message.
  template <class Take>
  Status ForEach(Take take) const {
    size_t at = 0;
    for (const Line& line : lines_) {
      SNAPTREE_TRY(take(Slice(text_).substr(at, line.size), line.number));
      at += line.size;
    }
    return {};
  }
  size_t bytes() const { return text_.size(); }

 private:
  friend class MessageBatches;
  struct Line {
    size_t size;
    uint64_t number;
  };
  void Clear();

  std::string text_;
  std::vector<Line> lines_;
};

class MessageBatches {
 public:
  explicit MessageBatches(const EncodeContext& context) : context_(context) {}

  // Any thread may call it, several at a time; several threads when the file is large.
  using Take = std::function<Status(const MessageBatch& batch)>;
  // *joined: whether some message had several lines.
  Status Read(std::unique_ptr<TreeInputFile> file, const Take& take, bool* joined);

 private:
  Status Run(const Take& take);
  MessageBatch& Current();

  const EncodeContext& context_;
  std::vector<MessageBatch> batches_;
  size_t used_ = 0;
  size_t bytes_ = 0;  // of all used ones
};

}  // namespace snaptree::sqs
