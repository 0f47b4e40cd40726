// The JSON forms that stores of March 2026 wrote for collections (spec 02 section 2.9). Used by
// redis_blobs.h.
//
//   hash      {"<field>":"<value>",...}
//   set, HLL  {"members":["<m>",...]}
//   zset      {"entries":[{"member":"<m>","score":<number>},...]}
//   stream    {"entries":[{"id":"<id>","fields":["<name>","<value>",...]},...]}
//
// Strict UTF-8, every escape, no lone surrogate; names match exactly; unknown members are skipped;
// null for an array is an empty one; of members with one name the last counts. What stands in an
// entry may be missing: empty string, 0.0. The text is one object from the first byte to the last:
// bytes after it are an error even when they are blanks, since the forms were written without any;
// blanks between tokens change nothing and are taken. Anything else is "RedisInvalidBlob", found
// before the first element is given.
#pragma once

#include "adapters/redis/redis_blobs.h"
#include "base/slice.h"
#include "base/status.h"

namespace snaptree::redis {

// REQUIRES: info is not null. Views given to visitors live until the visitor returns.
Status VisitHashJson(Slice json, const HashVisitor& visitor, BlobInfo* info);
Status VisitSetJson(Slice json, const SetVisitor& visitor, BlobInfo* info);
Status VisitZSetJson(Slice json, const ZSetVisitor& visitor, BlobInfo* info);
Status VisitStreamJson(Slice json, const StreamVisitor& visitor, BlobInfo* info);

}  // namespace snaptree::redis
