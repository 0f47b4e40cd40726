// What findings that have several sources say.
#pragma once

namespace snaptree::sqs {

inline constexpr const char* kUnknownMemberText =
    "stored members that this version does not know, kept in x_extra";
inline constexpr const char* kOrphanText =
    "messages without a queue: those of deleted queues are left out, those of queues that may live "
    "in another raft group are in sqs/*.orphan/";

}  // namespace snaptree::sqs
