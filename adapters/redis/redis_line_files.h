// The keys that stand in lines: redis/db_0/strings-00000.jsonl and so on (spec 08). Lines go to the
// threads in batches, and those that are longer than memory should hold are read piece by piece.
#pragma once

#include "adapters/common/encode_context.h"
#include "adapters/redis/redis_key_index.h"
#include "adapters/redis/redis_tree_folders.h"
#include "base/external_sorter.h"

namespace snaptree::redis {

class LineFiles {
 public:
  explicit LineFiles(const EncodeContext& context);

  // False: no such file has this name.
  Result<bool> Add(Slice name);
  // Puts the rows of all lines and names the keys to the index. Last call.
  Status Encode(KeyIndex* index);

 private:
  const EncodeContext& context_;
  ExternalSorter files_;  // by type and number
};

}  // namespace snaptree::redis
