// What one thread makes of files of s3/: bodies with their sidecars, and parts of open uploads.
// Small ones become rows at once, large ones wait as bodies (spec 04 sections 7.2 to 7.4).
#pragma once

#include <memory>
#include <span>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/common/file_jobs.h"
#include "adapters/common/stored_json.h"
#include "adapters/s3/s3_body_job.h"
#include "adapters/s3/s3_file_details.h"
#include "adapters/s3/s3_sidecar.h"

namespace snaptree::s3 {

class FileWorker {
 public:
  explicit FileWorker(const EncodeContext& context)
      : context_(context), reader_(context.input), rows_(context.rows.Borrow()) {}

  // path: of the body or part. detail: what Detail() gave.
  Status operator()(Slice path, Slice detail);

  uint64_t objects() const { return objects_; }

 private:
  Status TakeObject(Slice path, const ObjectFile& file);
  Result<Sidecar> ReadSidecar(Slice path);
  Result<Sidecar> ReadLine(Slice path, const ObjectFile& file);
  Sidecar NoSidecar(Slice path, const ObjectFile& file);
  void ReportMended(Slice place, const Sidecar& sidecar);
  Status PutSmall(BodyJob* job, PartsPlan* parts);
  Status PutLarge(BodyJob* job, PartsPlan* parts, uint32_t encoder);
  Status GiveUp(BodyJob* job, PartsPlan* parts);
  Status PutChunks(const BodyJob& job, Slice bytes);
  PartDigests Digests(Slice bytes, std::span<const uint64_t> sizes);
  Result<PartDigests> ReadDigests(Slice path, std::span<const uint64_t> sizes);

  Status TakePart(Slice path, const PartFile& file);
  Result<bool> PartFits(const BodyJob& job, const PartFile& file);

  const EncodeContext& context_;
  TreeReader reader_;
  std::unique_ptr<RowWriter> rows_;
  StoredJson json_;
  Md5 md5_;
  std::string buffer_;
  uint64_t objects_ = 0;
};

using S3FileJobs = FileJobs<FileWorker>;

}  // namespace snaptree::s3
