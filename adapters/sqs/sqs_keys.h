// Key codecs of the SQS families, classic and partitioned: spec 05 sections 1.1 and 1.2.
//
// A key here is *logical*: the 8-byte MVCC suffix is removed. Segments are base64url without
// padding (B in the spec) and stay encoded here; a key that parses has only segments that decode
// strictly, the queue's and a message id's to valid UTF-8. Stateless but for SqsKeyParser, which is
// for one thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/slice.h"
#include "formats/family_table.h"

namespace snaptree::sqs {

// In the order of their prefixes.
enum class SqsFamily : uint8_t {
  kByAge,
  kData,
  kDedup,
  kGroup,
  kVis,
  kGen,
  kMeta,
  kSeq,
  kTombstone,
};
inline constexpr size_t kSqsFamilies = 9;

Slice PrefixOf(SqsFamily family);  // "!sqs|msg|data|": also of partitioned rows
FamilyId FamilyIdOf(SqsFamily family);

// Views into the key. Members that a family does not have are 0 or empty.
struct SqsKey {
  Slice queue;  // segment
  bool partitioned = false;
  uint32_t partition = 0;
  uint64_t generation = 0;
  uint64_t time_ms = 0;  // vis: visible at; byage: sent at
  Slice group;           // segment: of a partitioned dedup key only
  Slice name;            // last segment: message id, dedup id or group id

  // Whether two message rows stand in one run: all but time, group and name are the same.
  bool SameRun(const SqsKey& other) const {
    return generation == other.generation && partition == other.partition &&
           partitioned == other.partitioned && queue == other.queue;
  }
};

// Appends the logical key that parses into `key`. REQUIRES: segments that are base64url, none of
// them empty that the layout has.
void AppendSqsKey(std::string* out, SqsFamily family, const SqsKey& key);

// Parses keys of one family, most of which belong to the queue of the key before: what was checked
// for that one is not checked again.
class SqsKeyParser {
 public:
  explicit SqsKeyParser(SqsFamily family) : family_(family) {}

  // False: malformed (`SqsMalformedKey`).
  bool Parse(Slice logical, SqsKey* key);
  // The decoded last segment of the key that Parse() took last: the message id of a data key. Lives
  // until the next Parse().
  Slice name() const { return name_; }
  // The decoded queue segment of that key.
  Slice queue_name() const { return queue_name_; }

 private:
  bool TakeQueue(Slice segment);
  bool TakeName(Slice segment);

  SqsFamily family_;
  std::string queue_;  // segment whose name is queue_name_
  std::string queue_name_;
  std::string name_;
};

}  // namespace snaptree::sqs
