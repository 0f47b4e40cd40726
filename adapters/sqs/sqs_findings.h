// What findings that have several sources say.
#pragma once

#include <string>

#include "base/text.h"

namespace snaptree::sqs {

inline constexpr const char* kUnknownMemberText =
    "stored members that this version does not know, kept in x_extra";

inline std::string UnknownMemberExample(Slice member, Slice queue_name) {
  return "\"" + Printable(member) + "\" of queue " + Printable(queue_name);
}

}  // namespace snaptree::sqs
