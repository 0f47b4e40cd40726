// What findings that have several sources say.
#pragma once

namespace snaptree::sqs {

inline constexpr const char* kUnknownMemberText =
    "stored members that this version does not know, kept in x_extra";

}  // namespace snaptree::sqs
