// All that the rows say about one user key, and what the live node makes of it: which type wins
// (spec 02 section 1.5) and when the key expires (section 3.1).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/redis/redis_heads.h"

namespace snaptree::redis {

enum class KeyType : uint8_t {
  kNone,
  kString,
  kHll,
  kBare,
  kList,
  kHash,
  kSet,
  kZSet,
  kStream,
  kDeadStream
};
const char* KeyTypeName(KeyType type);

class KeyState {
 public:
  void Begin(Slice key);
  void Add(const Head& head);

  const std::string& key() const { return key_; }
  bool Has(HeadKind kind) const { return (present_ >> static_cast<unsigned>(kind) & 1) != 0; }
  // REQUIRES: Has(kind).
  const Head& head(HeadKind kind) const { return heads_[static_cast<size_t>(kind)]; }
  const Head* Find(HeadKind kind) const { return Has(kind) ? &head(kind) : nullptr; }
  // Where the items of the list stand: several runs when rows of other lists stand between them.
  const std::vector<Extent>& item_runs() const { return item_runs_; }

  // The types that the rows could be, in the live node's order of precedence: the first one wins.
  // Empty: no type. bare_counts: bare rows are Redis strings in this run (spec 00 decisions 1 and
  // 22).
  std::vector<KeyType> Types(bool bare_counts) const;

 private:
  std::string key_;
  uint32_t present_ = 0;  // a bit for each HeadKind
  std::array<Head, kHeadKinds> heads_;
  std::vector<Extent> item_runs_;
};

// The kinds that belong to a type, content and side rows alike.
bool BelongsTo(HeadKind kind, KeyType type);

}  // namespace snaptree::redis
