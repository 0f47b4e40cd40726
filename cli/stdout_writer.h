// Data on standard output: buffered big, every error noticed.
#pragma once

#include <string>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree::cli {

class StdoutWriter {
 public:
  // Text collects here; call FlushIfFull() between elements and Flush() at the end.
  std::string& buffer() { return buffer_; }
  Status FlushIfFull() { return buffer_.size() < kFull ? Status::Ok() : Flush(); }
  // "ClosedPipe" when the reader has gone: nothing to tell anybody.
  Status Flush();

 private:
  static constexpr size_t kFull = size_t{256} << 10;

  std::string buffer_;
};

// Writes all of a text.
Status PrintToStdout(Slice text);

// Descriptors 0 to 2 that the caller has closed: a file that we open must not get one of their
// numbers.
void OpenStandardDescriptors();

}  // namespace snaptree::cli
