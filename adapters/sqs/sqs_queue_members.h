// Conversions of JSON members of a queue's configuration, for the tables of those that read it:
// stored rows and files of the tree name and order their members differently.
#pragma once

#include "adapters/sqs/sqs_members.h"
#include "adapters/sqs/sqs_queue_meta.h"

namespace snaptree::sqs {

// False: the value is not what it must be. REQUIRES: it is not null.
using ReadQueueMember = bool (*)(const simdjson::dom::element& value, QueueMeta* meta);

inline bool ReadString(const simdjson::dom::element& value, std::string* out) {
  Slice text;
  if (!ToText(value, &text)) return false;
  *out = text;
  return true;
}

template <auto kMember>
bool ReadInto(const simdjson::dom::element& value, QueueMeta* meta) {
  return Read(value, &(meta->*kMember));
}
template <auto kMember>
bool ReadStringInto(const simdjson::dom::element& value, QueueMeta* meta) {
  return ReadString(value, &(meta->*kMember));
}

bool ReadTags(const simdjson::dom::element& value, QueueMeta* meta);
// Members that are not 0, of two of one name the last. Those of unknown names stay where they are.
// raw: the value's text without insignificant white space.
bool ReadThrottle(const simdjson::dom::element& value, Slice raw, QueueMeta* meta);

inline constexpr Slice kQueueMetaMagic("\0SQ\x01", 4);
// Whether a stored configuration has a member of this name.
bool IsQueueMetaMember(Slice name);

}  // namespace snaptree::sqs
