// Lines of files, shared out among threads in batches: memory is bounded whatever their number. A
// line of any size makes a round of its own.
//
//   LineBatches batches(context, work, after);
//   SNAPTREE_TRY(batches.Add(number, line));   // any number of times
//   SNAPTREE_TRY(batches.Run());               // the rest of them
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "adapters/common/encode_context.h"

namespace snaptree {

// Lines that one thread encodes. There are TreeReader::kPadding readable bytes behind each.
class LineBatch {
 public:
  size_t size() const { return lines_.size(); }
  Slice line(size_t i) const {
    const size_t begin = i == 0 ? 0 : lines_[i - 1].end;
    return Slice(text_).substr(begin, lines_[i].end - begin);
  }
  uint64_t number(size_t i) const { return lines_[i].number; }

 private:
  friend class LineBatches;
  struct Line {
    size_t end;  // in text_
    uint64_t number;
  };
  bool IsFull() const;
  void Clear();
  void Add(uint64_t number, Slice line);
  void Pad();

  std::string text_;
  std::vector<Line> lines_;
};

class LineBatches {
 public:
  // Called by several threads at a time: `slot` is another one for each, below slots().
  using Work = std::function<Status(const LineBatch& batch, size_t slot)>;
  // Called for each batch of a round when its threads are done, in the order of the lines.
  using After = std::function<Status(const LineBatch& batch, size_t slot)>;
  LineBatches(const EncodeContext& context, Work work, After after = nullptr);

  Status Add(uint64_t number, Slice line);
  Status Run();

  size_t slots() const { return batches_.size(); }

 private:
  const EncodeContext& context_;
  const Work work_;
  const After after_;
  std::vector<LineBatch> batches_;
  size_t used_ = 0;   // batches with lines, the last of which is being filled
  size_t bytes_ = 0;  // in them
};

}  // namespace snaptree
