// Which uploads are still open, and which chunk rows belong to their parts (spec 04 chapter 3):
// asked in ascending order, it walks the rows of uploads and heads beside the questions. One
// thread.
#pragma once

#include <optional>
#include <string>

#include "adapters/s3/s3_cursor.h"
#include "adapters/s3/s3_manifest.h"
#include "adapters/s3/s3_shared.h"

namespace snaptree::s3 {

class OpenUploads {
 public:
  explicit OpenUploads(Shared* shared);
  Status Start();

  // Whether the upload has a record and its object was not completed with it. upload_scope: BGO
  // S(upload id), of which BGO has scope_size bytes.
  Result<bool> IsOpen(Slice upload_scope, size_t scope_size);
  // Whether the part of an open upload wants the chunk. REQUIRES: the row's generation is alive.
  Result<bool> Want(const S3Key& chunk, bool is_reference);

 private:
  Result<bool> FindMeta(Slice upload_scope, size_t scope_size);
  Status FindPart(Slice part_scope);

  Shared& shared_;
  S3Cursor metas_;
  S3Cursor parts_;
  S3Cursor heads_;
  std::string upload_scope_;  // of the last question
  bool is_open_ = false;      // its answer
  std::string head_scope_;    // of the last object that was asked for,
  std::string head_upload_;   // and S(upload id) of its manifest, "" when there is none
  std::string part_scope_;    // that part_ is of
  std::optional<Part> part_;  // if its upload is open and its record good
};

}  // namespace snaptree::s3
