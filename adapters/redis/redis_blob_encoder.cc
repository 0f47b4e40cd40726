#include "adapters/redis/redis_blob_encoder.h"

#include <utility>

#include "adapters/redis/redis_blobs.h"
#include "adapters/redis/redis_encoder_notes.h"
#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_values.h"
#include "base/text.h"

namespace snaptree::redis {

// The live node keeps HLLs as exact sets of members; what another server calls HyperLogLog is a
// string to it.
Status CheckHllPayload(const EncodeContext& context, Slice path, Slice payload) {
  if (payload.empty()) return {};
  BlobInfo info;
  Status status;
  if (!payload.starts_with(kSetMagic)) {
    status = DataError("RedisEncodeInvalidHLL", "it is no HLL of elastickv")
                 .Expected("no byte, or " + Hex(kSetMagic) + " in front")
                 .Found(Hex(payload.substr(0, kSetMagic.size())));
  } else if (!VisitSetBlob(
                  payload, [](Slice) { return Status(); }, &info)
                  .ok()) {
    status = DataError("RedisEncodeInvalidHLL", "the members of the HLL cannot be read");
  }
  if (!status.ok()) {
    return std::move(status).Next(
        "if these bytes are to be kept as a string, move them to the strings");
  }
  if (info.not_utf8) {
    context.findings.Warn("redis_hll_not_utf8",
                          "HLLs with members that are not UTF-8, which a live node does not read",
                          path);
  }
  return {};
}

Status BlobEncoder::CheckLargeHll(const KeyFile& file, uint64_t size) {
  if (size > kMaxBodyBytes) return {};  // the row will be refused
  TreeReader reader(context_.input);    // its memory goes with it
  SNAPTREE_TRY(reader.Open(file.path));
  SNAPTREE_ASSIGN(const Slice payload, reader.ReadAll());
  return CheckHllPayload(context_, file.path, payload);
}

Status BlobEncoder::Encode(const KeyFile& file, TreeReader& reader) {
  const bool is_hll = file.folder == TypeFolder::kHll;
  if (is_hll) {
    MakeHllEnvelope(file.expire_at_ms, &value_);
  } else {
    MakeStringEnvelope(file.expire_at_ms, &value_);
  }
  MakeUserKey(is_hll ? kHllPrefix : kStringPrefix, file.key, &key_);
  rows_.From(file.path);
  const uint64_t size = reader.size();
  if (size > kMaxInlineBytes) {
    if (is_hll) SNAPTREE_TRY(CheckLargeHll(file, size));
    SNAPTREE_TRY(rows_.PutFile(key_, value_, file.path, size));
  } else {
    SNAPTREE_ASSIGN(const Slice content, reader.ReadAll());
    if (is_hll) SNAPTREE_TRY(CheckHllPayload(context_, file.path, content));
    value_.append(content);
    SNAPTREE_TRY(rows_.Put(key_, value_));
  }
  return PutTtlRow(rows_, file, file.expire_at_ms, &key_, &value_);
}

}  // namespace snaptree::redis
