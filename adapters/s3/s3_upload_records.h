// Records of open uploads in a tree, one line of records.jsonl each: spec 04 sections 5.6 and 7.4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "adapters/common/stored_json.h"
#include "adapters/s3/s3_keys.h"
#include "base/result.h"

namespace snaptree::s3 {

struct UploadRecord {
  bool is_part = false;
  std::string tail;          // of the row's key
  std::string value;         // of the row
  bool has_unknown = false;  // members of other names, which were ignored
};

// Errors are "S3EncodeInvalidUpload", without a place.
Result<UploadRecord> ParseUploadLine(Slice line, StoredJson* json);

// The value of an upload's own row with another generation; the value itself when it has that.
Result<std::string> WithGeneration(Slice value, uint64_t generation, StoredJson* json);

// What the row of a part becomes: its chunks are cut anew, and are blobs.
struct UploadedPart {
  uint64_t version = 0;  // of the chunks' keys
  uint64_t size = 0;
  std::string etag;
  std::string value;
};
// number: the key's, which decides.
Result<UploadedPart> ReadUploadedPart(Slice value, uint64_t number, StoredJson* json);

}  // namespace snaptree::s3
