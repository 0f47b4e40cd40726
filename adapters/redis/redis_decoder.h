// Redis rows to the files of redis/db_0/ (spec 02): heads are collected and sorted by user key;
// then, key by key, the type that the live node would answer is written and every row is booked.
#pragma once

#include <functional>

#include "adapters/common/decode_context.h"

namespace snaptree::redis {

struct RedisOptions {
  // false: nothing is written or booked; only TTLs of bare rows are given out (for a run without
  // the Redis adapter).
  bool write = true;
  // Keys as lines of a few files (spec 08), of at most so many bytes.
  bool jsonl = false;
  uint64_t bundle_bytes = uint64_t{64} << 20;
  // Called ascending by key for each bare row that has a TTL row and no other Redis row (spec 06
  // section 3.1). May be empty.
  std::function<Status(Slice key, uint64_t expire_at_ms)> bare_expiry;
};

// A string and an HLL of one key are two records.
Result<AdapterTotals> DecodeRedis(const DecodeContext& context, const RedisOptions& options);

}  // namespace snaptree::redis
