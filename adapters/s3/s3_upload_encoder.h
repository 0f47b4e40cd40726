// Open uploads of one bucket after another: spec 04 section 7.4. Their records are joined with the
// files of their parts beyond memory. One thread.
#pragma once

#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/s3/s3_bucket_file.h"
#include "adapters/s3/s3_encoder.h"
#include "adapters/s3/s3_file_worker.h"
#include "adapters/s3/s3_keys.h"
#include "adapters/s3/s3_upload_names.h"
#include "adapters/s3/s3_upload_records.h"
#include "base/external_sorter.h"

namespace snaptree::s3 {

class UploadEncoder {
 public:
  UploadEncoder(const EncodeContext& context, const EncodeS3Options& options, uint32_t body_encoder,
                double share);

  // folder: "s3/photos/". The bucket must live until Finish().
  void Begin(Slice folder, const BucketFile& bucket);
  // A regular file below _incomplete_uploads/, relative to the bucket's folder.
  Status AddFile(Slice path);
  Status Finish(RowWriter* rows, S3FileJobs* jobs);

 private:
  bool Encodes() const {
    return context_.manifest.include_incomplete_uploads && !options_.drop_incomplete_uploads;
  }
  Status ReadRecords();
  Status TakeRecord(const UploadRecord& record, uint64_t line);
  Status PutRecords(RowWriter* rows);
  Status PutMeta(const S3Key& key, Slice value, RowWriter* rows);
  Status TakePart(const S3Key& key, Slice value, Slice folder_name);
  Status JoinParts(S3FileJobs* jobs);

  const EncodeContext& context_;
  const EncodeS3Options& options_;
  const uint32_t body_encoder_;
  ExternalSorter scopes_;   // of uploads: BGO S(upload id)
  ExternalSorter records_;  // tails of keys, with lines and values
  ExternalSorter parts_;    // paths of parts: files, and those that records name
  UploadNames names_;
  StoredJson json_;

  std::string folder_;
  std::string records_path_;
  const BucketFile* bucket_ = nullptr;
  bool has_records_ = false;
};

}  // namespace snaptree::s3
