// Files of streams to rows (spec 02 chapter 7): a line for each entry, then one for the stream. All
// wrong lines of a file are told. One thread.
#pragma once

#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/redis/redis_elements_json.h"
#include "adapters/redis/redis_tree_folders.h"
#include "adapters/redis/redis_values.h"

namespace snaptree::redis {

class StreamEncoder : private ElementsSink {
 public:
  StreamEncoder(const EncodeContext& context, RowWriter& rows) : context_(context), rows_(rows) {}

  // `reader` has the file open.
  Status Encode(const KeyFile& file, TreeReader& reader);

 private:
  Status Scalar(size_t index, const JsonScalar& value) override;
  Status Element(Slice name, Slice value) override;
  Status Scored(Slice member, uint64_t score_bits) override;

  void Begin(const KeyFile& file);
  Status TakeLine(Slice line, uint64_t number);
  Status ReadLine(Slice line, uint64_t number);
  Status ReadId(Slice text);
  Status PutEntry();
  Status TakeMeta(const ElementsInfo& info);
  Status CheckMeta() const;
  Status Finish();

  const EncodeContext& context_;
  RowWriter& rows_;
  ElementsReader json_;

  // Of the file that is being read.
  const KeyFile* file_ = nullptr;
  uint64_t entries_ = 0;
  uint64_t last_ms_ = 0;  // of the entry before
  uint64_t last_seq_ = 0;
  bool has_meta_ = false;
  bool has_errors_ = false;
  bool respelled_ = false;
  bool clamped_ = false;
  uint64_t unknown_members_ = 0;
  StreamMeta meta_;
  std::string entry_key_;
  size_t entry_prefix_size_ = 0;

  // Of the line that is being read.
  uint64_t ms_ = 0;
  uint64_t seq_ = 0;
  bool is_meta_ = false;
  std::string id_;
  std::string fields_;  // as protobuf

  std::string key_;    // scratch
  std::string value_;  // scratch
};

}  // namespace snaptree::redis
