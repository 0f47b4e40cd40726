// Walks the Redis families once each and files a head for every thing they say about a user key.
// Rows whose key or small value cannot be read are booked as damaged here, so that later steps meet
// sound ones only.
#pragma once

#include "adapters/common/decode_context.h"
#include "adapters/redis/redis_heads.h"
#include "base/external_sorter.h"
#include "formats/view_cursor.h"

namespace snaptree::redis {

class HeadCollector {
 public:
  // Heads go to `heads`, keyed by user key.
  HeadCollector(const DecodeContext& context, ExternalSorter& heads)
      : context_(context), heads_(heads) {
    deltas_.rows = 0;
  }

  // All families. With `bare_rows`, rows of no known root are heads too (kBare).
  Status Collect(bool bare_rows);

 private:
  using ParseUserKey = bool (*)(Slice logical, Slice prefix, Slice* user_key);

  Status CollectSingle(Slice prefix, HeadKind kind);
  Status CollectBare();
  Status CollectTtl();
  Status CollectGroups(Slice prefix, HeadKind kind, ParseUserKey parse);
  Status CollectCountMetas(Slice prefix, HeadKind meta, HeadKind deltas, const char* invalid_value);
  Status CollectStreamMetas();
  Status CollectListMetas();
  Status AddSingle(const ViewRow& row, Slice user_key, HeadKind kind, bool malformed);
  Status AddDelta(const ViewRow& row, HeadKind kind, Slice user_key, uint64_t commit_ts,
                  int64_t length, int64_t head);
  Status FlushDeltas();
  Status Damaged(const ViewRow& row, HeadKind kind, const char* code, const char* what);

  const DecodeContext& context_;
  ExternalSorter& heads_;
  // Deltas of one key follow one another: they are added up to one head.
  Head deltas_;
  std::string deltas_key_;
};

}  // namespace snaptree::redis
