#include "encode/encode_jobs.h"

#include "adapters/dynamodb/dynamodb_encoder.h"
#include "adapters/fs/fs_encoder.h"
#include "adapters/rawkv/rawkv_encoder.h"
#include "adapters/redis/redis_encoder.h"
#include "adapters/s3/s3_encoder.h"
#include "adapters/sqs/sqs_encoder.h"

namespace snaptree {
namespace {

using Totals = Result<EncodeTotals>;

Totals RunRedis(const EncodeContext& context, const EncodeChoices&) {
  return redis::EncodeRedis(context);
}

Totals RunDynamodb(const EncodeContext& context, const EncodeChoices& choices) {
  return dynamodb::EncodeDynamodb(
      context, {choices.ddb_generation, choices.ddb_drop_empty_sets, choices.skip_invalid_items,
                choices.skip_bad_index_keys, choices.allow_key_type_mismatch});
}

Totals RunS3(const EncodeContext& context, const EncodeChoices& choices) {
  return s3::EncodeS3(context, {choices.allow_bare_buckets, choices.use_mtime,
                                choices.drop_incomplete_uploads, choices.check_etags});
}

Totals RunSqs(const EncodeContext& context, const EncodeChoices& choices) {
  return sqs::EncodeSqs(context, {choices.sqs_generation});
}

Totals RunRawkv(const EncodeContext& context, const EncodeChoices& choices) {
  return EncodeRawkv(context, {choices.allow_reserved});
}

Totals RunFs(const EncodeContext& context, const EncodeChoices& choices) {
  return fs::EncodeFs(context, {choices.fs_trust_content});
}

Totals RunUnknown(const EncodeContext& context, const EncodeChoices& choices) {
  return EncodeUnknownRows(context, {choices.drop_unknown});
}

constexpr EncodeJob kJobs[] = {
    {"redis", "redis", RunRedis},
    {"dynamodb", "dynamodb", RunDynamodb},
    {"s3", "s3", RunS3},
    {"sqs", "sqs", RunSqs},
    {"rawkv", "rawkv", RunRawkv},
    {"fs", "fs", RunFs},
    {"unknown", "unknown", RunUnknown},
};

}  // namespace

std::span<const EncodeJob> EncodeJobs() { return kJobs; }

}  // namespace snaptree
