// What findings that have several sources say.
#pragma once

#include <string>

#include "base/text.h"

namespace snaptree::sqs {

inline constexpr const char* kUnknownMemberText =
    "stored members that this version does not know, kept in x_extra";

inline constexpr const char* kMemberIgnoredText =
    "members of the tree's files that no row holds were left out";

// An example names its queue: see pieces.h.
inline std::string InQueue(const std::string& what, Slice queue_name) {
  return what + " of queue " + Printable(queue_name);
}

}  // namespace snaptree::sqs
