// Files of strings and HLLs to rows (spec 02 chapter 7): the value is an envelope and the file's
// bytes. One thread.
#pragma once

#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/redis/redis_tree_folders.h"

namespace snaptree::redis {

// Whether a payload is an HLL of elastickv: "RedisEncodeInvalidHLL". `path` is where it stands.
Status CheckHllPayload(const EncodeContext& context, Slice path, Slice payload);

class BlobEncoder {
 public:
  BlobEncoder(const EncodeContext& context, RowWriter& rows) : context_(context), rows_(rows) {}

  // `reader` has the file open.
  Status Encode(const KeyFile& file, TreeReader& reader);

 private:
  Status CheckLargeHll(const KeyFile& file, uint64_t size);

  const EncodeContext& context_;
  RowWriter& rows_;
  std::string key_;    // scratch
  std::string value_;  // scratch
};

}  // namespace snaptree::redis
