// Messages on their way through a sorter: a key in the order of messages.jsonl (spec 05 section
// 5.3), and the rest in few bytes, so that a queue of some hundred thousand messages needs no
// scratch. Stateless.
#pragma once

#include <string>

#include "adapters/sqs/sqs_message.h"

namespace snaptree::sqs {

// Replaces *key: enqueue time (signed), sequence number, message id.
void PackSortKey(const Message& message, std::string* key);
// Replaces *payload: what is not in the key.
void PackPayload(const Message& message, std::string* payload);
// The message of a pair that the two made; views into key and payload.
Message UnpackMessage(Slice key, Slice payload);

}  // namespace snaptree::sqs
