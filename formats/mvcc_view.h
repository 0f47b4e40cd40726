// The multi-version view (spec 01 chapter 7): which version of a key counts at a read timestamp.
//
// Raw keys end in the inverted commit timestamp, so versions of one key come newest first, but
// other keys may stand between them: K||fe.. can sort between two versions of K (section 7.7).
// Remembering only the previous key is wrong. The view keeps the lengths of those user keys seen so
// far that are prefixes of the current raw key; as all of them are prefixes of one buffer, a length
// each is enough.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/coding.h"
#include "base/slice.h"
#include "formats/fsm_format.h"

namespace snaptree {

inline constexpr uint64_t kReadNewest = UINT64_MAX;

// The header of an MVCC row. REQUIRES: raw_key.size() >= 8 and value.size() >= 9.
struct MvccRow {
  Slice user_key;
  uint64_t commit_ts;
  uint64_t expire_at;  // HLC, 0 = never
  uint8_t flags;

  static MvccRow Parse(Slice raw_key, Slice value) {
    const size_t n = raw_key.size() - kTimestampBytes;
    return {raw_key.substr(0, n), ~LoadBe64(raw_key.data() + n), LoadLe64(value.data() + 1),
            static_cast<uint8_t>(value[0])};
  }
  bool IsTombstone() const { return (flags & kFlagTombstone) != 0; }
};

inline constexpr char kRowEncrypted[] = "RowEncrypted";

// Why a row is no MVCC row, or null when it is one. Stable names (spec 01 section 7.1). Encrypted
// rows are sound, unless there are no keys for them and reading is to go on all the same. Nobody
// writes an encrypted deletion: were one taken as a deletion, a flipped bit would delete a record.
inline const char* MvccDefect(size_t raw_key_size, uint64_t value_size, Slice value,
                              bool without_keys = false) {
  if (raw_key_size < kTimestampBytes) return "RowKeyShort";
  if (value_size < kValueHeaderBytes) return "RowValueShort";
  const auto flags = static_cast<uint8_t>(value[0]);
  if (flags != 0 && flags != kFlagTombstone && flags != kFlagEncrypted) return "RowFlags";
  if (without_keys && flags == kFlagEncrypted) return kRowEncrypted;
  return nullptr;
}

inline size_t CommonPrefix(Slice a, Slice b) {
  const size_t n = std::min(a.size(), b.size());
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const uint64_t difference = LoadLe64(a.data() + i) ^ LoadLe64(b.data() + i);
    if (difference != 0) return i + static_cast<size_t>(__builtin_ctzll(difference)) / 8;
  }
  while (i < n && a[i] == b[i]) ++i;
  return i;
}

// The raw key before the current one: for the order check and the common prefix.
class PreviousKey {
 public:
  Slice get() const { return key_; }
  void Set(Slice key) { key_ = key; }
  // Call before the bytes that Set() was given go away.
  void Detach() {
    if (key_.data() == storage_.data()) return;
    storage_.assign(key_);
    key_ = storage_;
  }

 private:
  Slice key_;
  std::string storage_;
};

enum class Verdict : uint8_t {
  kLive,       // the deciding version: the key exists with this value
  kTombstone,  // the deciding version: the key does not exist
  kExpired,    // the deciding version: the key does not exist any more
  kOlder,      // a newer version at or below the read timestamp decided already
  kNewer,      // committed after the read timestamp
  kDamaged,    // its value is none; at or below the read timestamp it decides all the same
};

// What is known of those user keys that are prefixes of the current raw key: all keys of which more
// rows can follow (section 7.7). Rows come in ascending raw key order; a caller may leave out rows,
// as long as it gives all rows of a user key or none.
template <class State>
class OpenKeys {
 public:
  // The state of the user key of this length, which begins the current raw key; a new one when this
  // is its first row. `common` is CommonPrefix(raw key given before, this raw key). Lives until the
  // next call.
  State& Find(size_t length, size_t common) {
    while (!open_.empty() && open_.back().length > common) open_.pop_back();
    return (length > common ? open_.emplace_back(Open{length, State()}) : FindAmongOpen(length))
        .state;
  }
  // Whether a user key of at least so many bytes that was seen before begins a raw key that has
  // `common` bytes in common with the one before: then more rows of that key can follow.
  bool AnyBegins(size_t common, size_t least_length) const {
    return std::any_of(open_.begin(), open_.end(), [&](const Open& key) {
      return key.length >= least_length && key.length <= common;
    });
  }

 private:
  struct Open {
    size_t length;
    State state;
  };

  // The key of this length, which is a prefix of the raw key before too.
  Open& FindAmongOpen(size_t length) {
    auto it = open_.end();
    while (it != open_.begin() && (it - 1)->length >= length) --it;
    if (it != open_.end() && it->length == length) return *it;
    return *open_.insert(it, Open{length, State()});
  }

  std::vector<Open> open_;  // ascending by length
};

class MvccView {
 public:
  // read_ts: HLC, or kReadNewest.
  explicit MvccView(uint64_t read_ts) : read_ts_(read_ts) {}

  // `common` as for OpenKeys::Find().
  Verdict Judge(const MvccRow& row, size_t common, bool newest_at_any_time = false) {
    bool& decided = keys_.Find(row.user_key.size(), common);
    if (decided) return Verdict::kOlder;
    if (row.commit_ts > read_ts_ && !newest_at_any_time) return Verdict::kNewer;
    decided = true;
    if (row.IsTombstone()) return Verdict::kTombstone;
    if (row.expire_at != 0 && row.expire_at <= read_ts_) return Verdict::kExpired;
    return Verdict::kLive;
  }
  // A row with a readable raw key (REQUIRES: 8 bytes or more) and a value that is none. It decides
  // about its key like any other version: were it passed over, a value that was replaced or deleted
  // would come back as the current one.
  void JudgeDamaged(Slice raw_key, size_t common, bool newest_at_any_time = false) {
    const size_t n = raw_key.size() - kTimestampBytes;
    bool& decided = keys_.Find(n, common);
    const uint64_t commit_ts = ~LoadBe64(raw_key.data() + n);
    if (commit_ts <= read_ts_ || newest_at_any_time) decided = true;
  }
  // As OpenKeys::AnyBegins(): false means that a view may begin at this row and judge it, and all
  // behind it, like this one.
  bool AnyBegins(size_t common, size_t least_length) const {
    return keys_.AnyBegins(common, least_length);
  }

 private:
  uint64_t read_ts_;
  OpenKeys<bool> keys_;  // whether a version decided already
};

}  // namespace snaptree
