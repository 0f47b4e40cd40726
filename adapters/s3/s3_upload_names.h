// Folders of open uploads below _incomplete_uploads/data/ (spec 04 section 5.6): E(upload id), and
// for an upload whose ID another one of the bucket has already, or that makes no folder name, F of
// its record's key. Given all uploads of a bucket first, then asked in the same order. Holds the
// exceptions only, and those in a sorter. One thread.
#pragma once

#include <string>

#include "base/external_sorter.h"
#include "base/result.h"

namespace snaptree::s3 {

class UploadNames {
 public:
  explicit UploadNames(const SorterOptions& sorter) : by_id_(sorter), repeated_(sorter) {}

  void Begin();
  // scope: BGO S(upload id), ascending.
  Status Add(Slice id, Slice scope);
  Status EndOfUploads();
  // scopes ascend.
  Result<std::string> NameOf(Slice id, Slice scope);

 private:
  Status NextRepeated();

  ExternalSorter by_id_;     // ID to scope
  ExternalSorter repeated_;  // scopes of those whose ID is taken
  bool more_ = false;
  std::string next_;
};

}  // namespace snaptree::s3
