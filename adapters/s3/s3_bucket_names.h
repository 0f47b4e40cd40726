// What a node accepts when a bucket is made (spec 04 section 1.2).
#pragma once

#include <algorithm>

#include "base/slice.h"

namespace snaptree::s3 {

inline bool IsUsualBucketName(Slice name) {
  return name.size() >= 3 && name.size() <= 63 && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
         });
}

}  // namespace snaptree::s3
