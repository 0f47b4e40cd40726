// The two files that describe a queue: spec 05 sections 5.2 and 5.4. Stateless.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/sqs/sqs_queue_meta.h"
#include "base/slice.h"

namespace snaptree::sqs {

// _queue.json. `name` is the one of the key.
std::string QueueJson(Slice name, const QueueMeta& meta);

// _queue_ext.json; empty when there is nothing to say. generation: the active one, 0 when unknown;
// fifo_sequence: the last one issued, 0 for none.
std::string QueueExtJson(const QueueMeta& meta, uint64_t generation, uint64_t fifo_sequence);

}  // namespace snaptree::sqs
