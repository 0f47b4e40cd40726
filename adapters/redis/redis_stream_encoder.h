// Files of streams to rows (spec 02 chapter 7): a line for each entry, then one for the stream. All
// wrong lines of a file are told. One thread.
#pragma once

#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/redis/redis_elements_json.h"
#include "adapters/redis/redis_stream_rows.h"
#include "adapters/redis/redis_tree_folders.h"

namespace snaptree::redis {

class StreamEncoder : private ElementsSink {
 public:
  StreamEncoder(const EncodeContext& context, RowWriter& rows)
      : context_(context), rows_(rows), stream_(context, rows) {}

  // `reader` has the file open.
  Status Encode(const KeyFile& file, TreeReader& reader);

 private:
  Status Scalar(size_t index, const JsonScalar& value) override;
  Status Element(Slice name, Slice value) override;
  Status Scored(Slice member, uint64_t score_bits) override;

  void Begin(const KeyFile& file);
  Status TakeLine(Slice line, uint64_t number);
  Status ReadLine(Slice line, uint64_t number);
  Status TakeMeta(const ElementsInfo& info);
  Status Finish();

  const EncodeContext& context_;
  RowWriter& rows_;
  StreamRows stream_;
  ElementsReader json_;

  // Of the file that is being read.
  const KeyFile* file_ = nullptr;
  bool has_meta_ = false;
  bool has_errors_ = false;
  bool respelled_ = false;
  bool clamped_ = false;
  uint64_t unknown_members_ = 0;
  StreamMeta meta_;

  std::string key_;    // scratch
  std::string value_;  // scratch
};

}  // namespace snaptree::redis
