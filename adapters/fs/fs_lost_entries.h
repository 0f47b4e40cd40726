// Directory entries that the live node ignores, or that lead nowhere: with --salvage they are lines
// of fs/_orphans/entries.jsonl, {"parent":u64,"name":BV,"inode":u64}, ascending by parent and name.
#pragma once

#include "adapters/common/decode_context.h"
#include "adapters/common/json_value.h"
#include "adapters/fs/fs_links.h"

namespace snaptree::fs {

class LostEntries {
 public:
  explicit LostEntries(const DecodeContext& context);

  // Books the entry.
  Status Add(const Link& link);
  Status Write();

 private:
  const DecodeContext& context_;
  ExternalSorter sorter_;  // PackByParent
  std::string key_;
  std::string payload_;
};

}  // namespace snaptree::fs
