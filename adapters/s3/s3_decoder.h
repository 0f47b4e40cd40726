// Decodes the S3 rows into s3/ (spec 04): buckets, objects with their sidecars, names that cannot
// be reversed; with options also open uploads and rows that no object has.
//
// All families but the chunks stored by content sort by bucket first: they are walked side by side,
// bucket by bucket and object by object, so that memory depends neither on the number of buckets
// and objects nor on the size of a body.
#pragma once

#include "adapters/common/decode_context.h"
#include "adapters/s3/s3_shared.h"

namespace snaptree::s3 {

Result<AdapterTotals> DecodeS3(const DecodeContext& context, const S3Options& options);

}  // namespace snaptree::s3
