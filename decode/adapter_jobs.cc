#include "decode/adapter_jobs.h"

#include "adapters/dynamodb/dynamodb_decoder.h"
#include "adapters/fs/fs_decoder.h"
#include "adapters/s3/s3_decoder.h"
#include "adapters/sqs/sqs_decoder.h"

namespace snaptree {
namespace {

using Totals = Result<AdapterTotals>;

Totals RunDynamodb(const DecodeContext& context, const DecodeOptions& options) {
  return dynamodb::DecodeDynamodb(context,
                                  {options.jsonl || options.dynamodb_jsonl, options.bundle_bytes});
}

Totals RunS3(const DecodeContext& context, const DecodeOptions& options) {
  return s3::DecodeS3(
      context, {options.include_incomplete_uploads, options.include_orphans,
                options.rename_s3_collisions, options.check_etags, options.threads, options.jsonl});
}

Totals RunSqs(const DecodeContext& context, const DecodeOptions& options) {
  return sqs::DecodeSqs(context,
                        {options.preserve_sqs_visibility, options.include_sqs_side_records});
}

Totals RunFs(const DecodeContext& context, const DecodeOptions& options) {
  return fs::DecodeFs(context, {options.include_orphans});
}

constexpr AdapterJob kJobs[] = {
    {AdapterId::kDynamodb, RunDynamodb},
    {AdapterId::kS3, RunS3},
    {AdapterId::kSqs, RunSqs},
    {AdapterId::kFs, RunFs},
};

}  // namespace

std::span<const AdapterJob> AdapterJobs() { return kJobs; }

}  // namespace snaptree
