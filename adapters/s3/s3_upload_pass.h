// The upload rows of one bucket after another: open uploads are written with
// --include-incomplete-uploads, else counted (spec 04 section 5.6). One thread.
#pragma once

#include <array>
#include <string>

#include "adapters/common/json_value.h"
#include "adapters/common/stored_json.h"
#include "adapters/s3/s3_body_writer.h"
#include "adapters/s3/s3_cursor.h"
#include "adapters/s3/s3_open_uploads.h"
#include "adapters/s3/s3_shared.h"
#include "adapters/s3/s3_upload_names.h"

namespace snaptree::s3 {

class UploadPass {
 public:
  explicit UploadPass(Shared* shared);
  Status Start();

  // The next bucket that has rows here; empty at the end. The view lives until Run().
  Slice NextBucket() const;
  // Takes all rows of a bucket.
  Status Run(const Bucket& bucket);

 private:
  // The chunk rows of one part.
  struct PartRows {
    ObjectChunkRows places;
    uint64_t rows = 0;
  };

  bool Writes() const { return shared_.options.include_incomplete_uploads; }
  Status Book(const S3Cursor& row, RowLedger::Place place);
  // What becomes of rows that need no look at their values; false: the row is of an open upload.
  Result<bool> BookClosed(const Bucket& bucket, const S3Cursor& row, OpenUploads* uploads,
                          Tally* leftovers);
  Status TakeMeta(const Bucket& bucket);
  Status TakePart(const Bucket& bucket);
  Status WriteLine(const Bucket& bucket, const S3Cursor& row, Slice prefix);
  Status EndLines();
  Status TakeBody(const Bucket& bucket, const Part& part);
  Result<PartRows> FindRows(const Part& part);
  // Calls take(row) -> Status for each of those rows.
  template <class Take>
  Status ForEachRow(const Part& part, const PartRows& rows, Take take);
  Status KeepIncomplete(const Part& part, const PartRows& rows, Slice path);
  Status Exclude(const S3Cursor& row);
  Status AddUse(const S3Cursor& row, ChunkUse use);
  Status CollectNames(const Bucket& bucket);

  Shared& shared_;
  S3Cursor metas_;
  S3Cursor parts_;
  S3Cursor name_metas_;  // ahead of metas_
  std::array<S3Cursor, kChunkFamilies> chunks_;
  OpenUploads open_;       // asked for metas, then
  OpenUploads open_part_;  // for parts
  UploadNames names_;
  StoredJson json_;
  JsonFile lines_;
  bool has_lines_ = false;
  BodyWriter bodies_;
};

}  // namespace snaptree::s3
