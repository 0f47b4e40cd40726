// _bucket.json of a tree, and the rows of a bucket itself: spec 04 sections 5.2, 7.1 and 7.3.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/common/stored_json.h"
#include "base/result.h"

namespace snaptree::s3 {

struct BucketFile {
  std::string name;
  uint64_t generation = 1;
  uint64_t created_at_hlc = 0;
  std::string owner;
  std::string region;
  std::string acl;
  std::string extra;  // unknown members of the record, each with a comma before it
  bool bare = false;  // there is no file: name from the folder, defaults for the rest
};

// Reads s3/<folder>/_bucket.json and tells what it mends. "S3EncodeInvalidBucket" and errors of
// reading, with their place. allow_bare: do without the file.
Result<BucketFile> ReadBucketFile(const EncodeContext& context, Slice folder, bool allow_bare,
                                  TreeReader* reader, StoredJson* json);

// What a folder whose file cannot be used is taken for, so that its other errors are found too.
BucketFile BucketOfFolder(Slice folder);

Status PutBucketRows(const BucketFile& bucket, RowWriter* rows);

}  // namespace snaptree::s3
