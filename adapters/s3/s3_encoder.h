// s3/ of a tree to rows: spec 04 chapter 7.
#pragma once

#include "adapters/common/encode_context.h"
#include "base/result.h"

namespace snaptree::s3 {

struct EncodeS3Options {
  bool allow_bare_buckets = false;  // folders without _bucket.json
  bool use_mtime = false;           // last_modified of bodies without a sidecar
  bool drop_incomplete_uploads = false;
  // false: ETags of sidecars are taken as they are when the size is right (saves an MD5).
  bool check_etags = true;
};

Result<EncodeTotals> EncodeS3(const EncodeContext& context, const EncodeS3Options& options);

}  // namespace snaptree::s3
