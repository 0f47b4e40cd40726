// Bodies into chunk rows while they are read, at the end of a run, once; the head of each follows
// when its MD5 is known (spec 04 section 7.3).
#pragma once

#include <memory>
#include <optional>

#include "adapters/common/encode_context.h"
#include "adapters/s3/s3_body_job.h"
#include "adapters/s3/s3_body_md5.h"

namespace snaptree::s3 {

class S3BodyEncoder : public BodyEncoder {
 public:
  // What `context` refers to must outlive it; the context itself need not.
  explicit S3BodyEncoder(const EncodeContext& context)
      : input_(context.input),
        findings_(context.findings),
        differences_(context.differences),
        manifest_(context.manifest),
        threaded_(context.workers.threads() > 1) {}

  Status Write(Slice payload, BodyRows& rows) override;
  Status Finish(BodyRows& rows) override;

 private:
  Status WriteChunks(const BodyJob& job, BodyRows& rows, bool hash);
  Status PutHead(const BodyJob& job, BodyRows& rows);
  Status PutDoneHeads(BodyRows& rows);

  TreeInput& input_;
  TreeFindings& findings_;
  ExpectedDifferences& differences_;
  const Manifest& manifest_;
  const bool threaded_;
  std::optional<BodyMd5> md5_;  // once it is needed
};

}  // namespace snaptree::s3
