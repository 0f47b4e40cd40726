// Files of hashes, lists, sets and zsets to rows (spec 02 chapter 7): one row for each element
// while the file is read, so that a collection of any size needs little memory. One thread.
#pragma once

#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/redis/redis_collection_rows.h"
#include "adapters/redis/redis_elements_json.h"
#include "adapters/redis/redis_tree_folders.h"

namespace snaptree::redis {

class CollectionEncoder : private ElementsSink {
 public:
  CollectionEncoder(const EncodeContext& context, RowWriter& rows)
      : context_(context), rows_(rows), collection_(rows) {}

  // `reader` has the file open.
  Status Encode(const KeyFile& file, TreeReader& reader);

 private:
  Status Scalar(size_t index, const JsonScalar& value) override;
  Status Element(Slice first, Slice second) override;
  Status Scored(Slice member, uint64_t score_bits) override;

  void Begin(const KeyFile& file, JsonText* text);
  Status ReadText(JsonText& text);
  Status Check(const ElementsInfo& info) const;
  Status PutMeta();
  Status Tell(const ElementsInfo& info);

  const EncodeContext& context_;
  RowWriter& rows_;
  CollectionRows collection_;
  ElementsReader json_;

  // Of the file that is being read.
  const KeyFile* file_ = nullptr;
  JsonText* text_ = nullptr;
  uint64_t expire_at_ms_ = 0;
  bool respelled_ = false;
  bool clamped_ = false;
  std::string key_;    // scratch
  std::string value_;  // scratch
};

}  // namespace snaptree::redis
