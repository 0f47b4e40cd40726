// The records of a file that holds one JSON object a line, so that two such files can be compared
// record by record: each line as the name that it begins with and a digest of all of it. Lines may
// be of any length and come in pieces; memory is some KiB.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "base/sha256.h"
#include "base/slice.h"

namespace snaptree {

class LineSplitter {
 public:
  struct Line {
    // The JSON text of the first member when that is what the record is called by ("key",
    // "message_id", ...); empty when there is none, or it is too long to be kept.
    Slice name;
    const Sha256Digest& digest;
  };
  using TakeLine = std::function<Status(const Line& line)>;

  explicit LineSplitter(TakeLine take) : take_(std::move(take)) {}

  Status Append(Slice text);
  // The last line may lack its newline.
  Status Finish();

 private:
  void Take(Slice part);
  Status EndLine();

  const TakeLine take_;
  Sha256 hash_;
  std::string start_;
  bool in_line_ = false;
};

}  // namespace snaptree
