// Writes what a Redis store holds into redis/db_0/, key by key, ascending: as a file for each key
// (spec 02 chapter 4) or as lines of a few files (spec 08).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/common/decode_context.h"
#include "adapters/redis/redis_tree_folders.h"
#include "formats/value_ref.h"

namespace snaptree::redis {

// Unix ms; nullopt: the key does not expire.
using Expiry = std::optional<uint64_t>;

class RedisFiles {
 public:
  virtual ~RedisFiles() = default;

  // The key that the next calls are about.
  virtual void BeginKey(Slice key) = 0;
  // Its address: the path of its own file, whether it gets one or not.
  virtual std::string PathOf(TypeFolder folder) = 0;

  // The payload begins there in the value.
  virtual Status String(const ValueRef& value, uint64_t payload_offset, Expiry expiry) = 0;
  virtual Status Hll(const ValueRef& value, uint64_t payload_offset, Expiry expiry) = 0;

  // Collections, element by element: begin, one of the element calls for each, end. One without
  // elements that is not ended does not come to be.
  virtual void BeginCollection(TypeFolder folder, Slice array_name, Expiry expiry) = 0;
  virtual Status Field(Slice name, const ValueRef& value) = 0;
  virtual Status Member(Slice member) = 0;
  virtual Status ScoredMember(Slice member, uint64_t score_bits) = 0;
  virtual Status Item(const ValueRef& value) = 0;
  virtual Status EndCollection() = 0;

  // Streams: begin, an entry for each, end.
  virtual void BeginStream() = 0;
  virtual Status Entry(uint64_t ms, uint64_t seq, const std::vector<ValueRef>& fields) = 0;
  virtual Status EndStream(uint64_t entries, uint64_t last_ms, uint64_t last_seq,
                           Expiry expiry) = 0;

  virtual Status Finish() = 0;
  // Of what was written, what only snaptree knows, as tree paths and patterns. After Finish().
  virtual std::vector<std::string> extensions() const = 0;
};

std::unique_ptr<RedisFiles> NewKeyFiles(const DecodeContext& context);
std::unique_ptr<RedisFiles> NewKeyLines(const DecodeContext& context, uint64_t bundle_bytes);

}  // namespace snaptree::redis
