// Whether an archive is one of a folder instead of what stands in it: seen while its entries pass.
#pragma once

#include <algorithm>
#include <string>

#include "base/slice.h"
#include "manifest/manifest.h"

namespace snaptree {

class LeadingFolder {
 public:
  // REQUIRES: a safe path.
  void Take(Slice path) {
    const Slice first = path.substr(0, path.find('/'));
    if (first_.empty()) first_ = first;
    alone_ = alone_ && first == first_;
    const Slice rest = path.substr(std::min(path.size(), first.size() + 1));
    manifest_ = manifest_ || rest == kManifestFileName;
  }

  // All stands in one folder, and its manifest too.
  bool found() const { return alone_ && manifest_; }
  const std::string& name() const { return first_; }

 private:
  std::string first_;  // part of the first path
  bool alone_ = true;
  bool manifest_ = false;
};

}  // namespace snaptree
