#include "adapters/redis/redis_encoder_notes.h"

#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_values.h"

namespace snaptree::redis {

Status PutTtlRow(RowWriter& rows, const KeyFile& file, uint64_t expire_at_ms, std::string* key,
                 std::string* value) {
  if (expire_at_ms == 0 || !file.puts_ttl_row) return {};
  MakeUserKey(kTtlPrefix, file.key, key);
  MakeTtl(expire_at_ms, value);
  return rows.Put(*key, *value);
}

void WarnOverLiveLimit(const EncodeContext& context, Slice path) {
  context.findings.Warn("redis_collection_over_live_limit",
                        "collections of over 100,000 elements, which most live commands refuse",
                        path);
}

Status WarnClamped(const EncodeContext& context, Slice path) {
  context.findings.Warn("redis_expiry_clamped", "expiry times above 2^63-1 became 2^63-1", path);
  return context.differences.Add(path);
}

Status WarnUnknownMembers(const EncodeContext& context, Slice path, uint64_t count) {
  context.findings.Warn("unknown_member",
                        "JSON members that mean nothing to this version were left out", path,
                        count);
  return context.differences.Add(path);
}

Status NoteRespelled(const EncodeContext& context, Slice path) {
  context.findings.Note("redis_respelled",
                        "files in which a time, an ID or a score is written otherwise than it will "
                        "come out",
                        path);
  return context.differences.Add(path);
}

}  // namespace snaptree::redis
