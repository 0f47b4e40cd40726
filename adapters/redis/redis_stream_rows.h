// Rows of a stream, entry by entry (spec 02 chapter 7). The caller says where they come from
// (RowWriter::From). One thread.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/redis/redis_values.h"

namespace snaptree::redis {

class StreamRows {
 public:
  StreamRows(const EncodeContext& context, RowWriter& rows) : context_(context), rows_(rows) {}

  void Begin(Slice key);

  // An entry: begin, its ID and fields in any order, put.
  void BeginEntry();
  Status Id(Slice text);
  Status Field(Slice name, Slice value);
  // `path` is that of the entry's file.
  Status PutEntry(Slice path);

  // Whether length and last ID can be those of the entries.
  Status CheckMeta(const StreamMeta& meta) const;
  Status PutMeta(Slice key, const StreamMeta& meta);

  uint64_t entries() const { return entries_; }
  // Of the entry that was put last, or whose ID was read.
  const std::string& id() const { return id_; }
  bool respelled() const { return respelled_; }  // an ID of the stream comes out otherwise

 private:
  const EncodeContext& context_;
  RowWriter& rows_;
  std::string entry_key_;
  size_t entry_prefix_size_ = 0;
  uint64_t entries_ = 0;
  uint64_t last_ms_ = 0;  // of the entry before
  uint64_t last_seq_ = 0;
  bool respelled_ = false;
  uint64_t ms_ = 0;
  uint64_t seq_ = 0;
  std::string id_;
  std::string fields_;  // as protobuf
  std::string key_;     // scratch
  std::string value_;   // scratch
};

}  // namespace snaptree::redis
