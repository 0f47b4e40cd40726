#include "adapters/redis/redis_key_state.h"

#include <algorithm>

namespace snaptree::redis {
namespace {

// A list whose rows are scattered over more runs than this is read as one run; rows of others in it
// are passed over.
constexpr size_t kMaxItemRuns = 4096;

}  // namespace

const char* KeyTypeName(KeyType type) {
  constexpr std::array<const char*, 10> kNames = {"nothing", "string",     "hll", "bare string",
                                                  "list",    "hash",       "set", "zset",
                                                  "stream",  "dead stream"};
  return kNames[static_cast<size_t>(type)];
}

void KeyState::Begin(Slice key) {
  key_ = key;
  present_ = 0;
  item_runs_.clear();
}

void KeyState::Add(const Head& head) {
  Head& mine = heads_[static_cast<size_t>(head.kind)];
  if (head.kind == HeadKind::kListItems) {
    if (item_runs_.size() == kMaxItemRuns) {
      item_runs_.back().end = head.place.end;
    } else {
      item_runs_.push_back(head.place);
    }
  }
  if (head.rows == 0) return;  // a run without live rows is no sign of the list
  if (!Has(head.kind)) {
    mine = head;
  } else {
    mine.rows += head.rows;
    mine.in_order = false;
    mine.place.end = std::max(mine.place.end, head.place.end);
  }
  present_ |= uint32_t{1} << static_cast<unsigned>(head.kind);
}

std::vector<KeyType> KeyState::Types(bool bare_counts) const {
  using enum HeadKind;
  std::vector<KeyType> types;
  const auto add = [&types](bool present, KeyType type) {
    if (present && std::find(types.begin(), types.end(), type) == types.end())
      types.push_back(type);
  };
  add(Has(kString), KeyType::kString);
  add(Has(kHll) && !Has(kString), KeyType::kHll);  // beside a string it is dumped with it
  add(bare_counts && Has(kBare), KeyType::kBare);
  add(Has(kListMeta) || Has(kListDeltas), KeyType::kList);
  add(Has(kHashFields) || Has(kHashMeta) || Has(kHashDeltas), KeyType::kHash);
  add(Has(kSetMembers) || Has(kSetMeta) || Has(kSetDeltas), KeyType::kSet);
  add(Has(kZSetMembers) || Has(kZSetMeta) || Has(kZSetDeltas), KeyType::kZSet);
  add(Has(kHashBlob), KeyType::kHash);
  add(Has(kSetBlob), KeyType::kSet);
  add(Has(kZSetBlob), KeyType::kZSet);
  add(Has(kStreamMeta), KeyType::kStream);
  add(Has(kStreamBlob) && !Has(kStreamMeta), KeyType::kDeadStream);
  return types;
}

bool BelongsTo(HeadKind kind, KeyType type) {
  using enum HeadKind;
  switch (kind) {
    case kTtl:
      return true;
    case kString:
      return type == KeyType::kString;
    case kHll:
      return type == KeyType::kHll || type == KeyType::kString;  // both can be live: section 1.5
    case kBare:
      return type == KeyType::kBare;
    case kListMeta:
    case kListDeltas:
    case kListItems:
      return type == KeyType::kList;
    case kHashMeta:
    case kHashDeltas:
    case kHashFields:
    case kHashBlob:
      return type == KeyType::kHash;
    case kSetMeta:
    case kSetDeltas:
    case kSetMembers:
    case kSetBlob:
      return type == KeyType::kSet;
    case kZSetMeta:
    case kZSetDeltas:
    case kZSetMembers:
    case kZSetBlob:
      return type == KeyType::kZSet;
    case kStreamMeta:
    case kStreamEntries:
      return type == KeyType::kStream;
    case kStreamBlob:
      return type == KeyType::kStream || type == KeyType::kDeadStream;
  }
  return false;
}

}  // namespace snaptree::redis
