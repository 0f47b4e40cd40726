// Whether the decoder would choose the paths that objects have in the tree (spec 04 section 5.3):
// it need not be so after files were added, removed or renamed by hand, nor in trees of the Go
// tools. Such objects are encoded all the same, under other names when they come out. One thread.
#pragma once

#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/s3/s3_names.h"
#include "base/external_sorter.h"
#include "manifest/keymap.h"

namespace snaptree::s3 {

class PathCheck {
 public:
  PathCheck(const EncodeContext& context, double share);

  // folder: "s3/photos/".
  void Begin(Slice folder);
  // All folders and KEYMAP records of the bucket, before the objects: whether keys can move one
  // another.
  void SeeFolder(Slice path);
  void SeeRecord(const KeymapRecord& record);

  Status Take(Slice key, Slice path);
  Status Finish();

 private:
  Status Compare(Slice key, PathKind kind, Slice path);

  const EncodeContext& context_;
  std::string folder_;
  // Only while keys can move one another; else a key is judged alone.
  bool together_ = false;
  NamePass names_;
  ExternalSorter keys_;   // for the first half of names_
  ExternalSorter paths_;  // keys with their paths, for the second
};

}  // namespace snaptree::s3
