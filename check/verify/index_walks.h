// The indexes of all adapters, each with the rules of the live node (specs 02, 03, 05, 06). The
// context must outlive the walk; nobody looks at what a walk books, finds or writes in it.
#pragma once

#include <memory>

#include "check/verify/index_walk.h"

#include "adapters/common/decode_context.h"

namespace snaptree {

// Sorted sets: `!zs|scr|` of `!zs|mem|`.
std::unique_ptr<IndexWalk> ZSetScores(const DecodeContext& context);
// `!redis|ttl|` of every key whose value or meta holds its own expiry.
std::unique_ptr<IndexWalk> RedisExpiries(const DecodeContext& context);
// `!ddb|gsi|` of the items of tables with ordered keys.
std::unique_ptr<IndexWalk> DynamodbIndexes(const DecodeContext& context);
// `!sqs|msg|vis|` and `!sqs|msg|byage|` of the messages that clients can receive.
std::unique_ptr<IndexWalk> SqsIndexes(const DecodeContext& context);
// `!fs|dirv|` of directories. REQUIRES: the whole filesystem is in the inputs.
std::unique_ptr<IndexWalk> FsDirectoryVersions(const DecodeContext& context);

}  // namespace snaptree
