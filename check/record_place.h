// Which files of a tree with one file for each record are records, and which only tell of them.
#pragma once

#include <cstdint>

#include "base/slice.h"

namespace snaptree {

enum class RecordContent : uint8_t {
  kNone,      // it tells of records, or of the tree
  kRecord,    // one record
  kMessages,  // a record a line
  kRows,      // the same, and the value of a line may stand in a file of its own
};

struct RecordPlace {
  RecordContent content = RecordContent::kNone;
  // The folder of what belongs together: "s3/photos", "redis/db_0/hashes". A part of the path, or
  // text that lives for ever.
  Slice scope;
};
RecordPlace RecordPlaceOf(Slice path);

}  // namespace snaptree
