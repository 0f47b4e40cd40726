// The value of a string or an HLL in a line that is too long to be held (spec 08): what reading the
// line tells of it, so that it can be read once more, piece by piece, when its row is written.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/common/row_writer.h"
#include "base/slice.h"
#include "tree/tree_source.h"

namespace snaptree::redis {

struct LongValue {
  uint64_t position = 0;  // in the file, of the quote before it
  uint64_t bytes = 0;     // that the text stands for
  uint32_t crc = 0;       // CRC32C of them
  bool base64 = false;
};

class LongValueEncoder : public BodyEncoder {
 public:
  explicit LongValueEncoder(const TreeSource& source) : source_(source) {}

  // For RowWriter::PutBody(): a row of `head` and the value behind it.
  static void Pack(const LongValue& value, Slice path, Slice user_key, Slice head,
                   std::string* payload);
  // "ChangedWhileReading".
  Status Write(Slice payload, BodyRows& rows) override;

 private:
  const TreeSource& source_;
};

}  // namespace snaptree::redis
