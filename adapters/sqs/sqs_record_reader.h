// A file of JSON objects, one after the other: one a line as a decoder writes them, or over several
// lines as programs like jq leave them. Blank lines count for nothing. One thread.
#pragma once

#include <memory>
#include <string>

#include "adapters/common/line_reader.h"
#include "base/result.h"

namespace snaptree::sqs {

class RecordReader {
 public:
  RecordReader(std::unique_ptr<TreeInputFile> file, uint64_t limit)
      : lines_(std::move(file), limit), limit_(limit) {}

  // The next object's text, or false at the end. What is no object comes as it stands: its reader
  // says so. The view lives until the next call. "LineTooLong" (data).
  Result<bool> Next(Slice* record);
  uint64_t line() const { return line_; }  // where the record begins, from 1
  // Whether some record had several lines.
  bool joined() const { return joined_; }

 private:
  Result<bool> NextLine(Slice* line);
  Status Gather(Slice first, Slice* record);

  LineReader lines_;
  const uint64_t limit_;
  uint64_t line_ = 0;
  bool joined_ = false;
  std::string gathered_;
  Slice kept_;  // a line that was read too many
  bool has_kept_ = false;
};

}  // namespace snaptree::sqs
