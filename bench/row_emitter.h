// What is to be generated, and the way from keys to rows: versions, tombstones, commit times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/snapshot_writer.h"
#include "bench/synthetic_data.h"

namespace snaptree::bench {

struct Workload {
  std::string kind;
  uint64_t count = 100'000;            // records; fields for bighash, objects for s3
  uint64_t tables = 1;                 // for dynamodb: which the records are shared out among
  std::optional<uint64_t> value_size;  // nothing: the kind's own
  uint64_t elements = 55;              // mean size of a collection
  double skew = 0;                     // 0 .. below 1
  unsigned versions = 0;               // older versions of each key
  unsigned tombstone_percent = 0;
  unsigned ttl_percent = 0;
  bool legacy = false;
  bool ragged = false;
  uint64_t seed = 1;
};

inline constexpr uint64_t kMaxCount = uint64_t{1} << 32;
inline constexpr uint64_t kMaxValueSize = uint64_t{256} << 20;  // what a live node stores
inline constexpr uint64_t kDayMs = 24 * 60 * 60 * 1000;

// One seed, several independent series of choices.
enum Series : uint64_t { kCommitTimes = 1, kTexts, kDeletions, kTtls, kSizes, kIds, kOrder };
uint64_t SeedOf(const Workload& workload, Series series);
Choice Deletions(const Workload& workload);

// When a record expires; 0: never. Always after the snapshot: an expired record is not a live one.
class Expiry {
 public:
  explicit Expiry(const Workload& workload);
  uint64_t At(uint64_t i) const { return choice_.Hits(i) ? kLastCommitMs + kDayMs + i : 0; }

 private:
  Choice choice_;
};

// "prefix0000000042" and a suffix, reusing one buffer for all keys of a range.
class NumberedKey {
 public:
  static constexpr int kDigits = 10;

  explicit NumberedKey(std::string prefix);
  // Valid until the next call.
  const std::string& operator()(uint64_t i, std::string_view suffix = {});

 private:
  std::string key_;
  size_t fixed_;
};

class RowEmitter {
 public:
  // writer must outlive the emitter.
  RowEmitter(SnapshotWriter& writer, const Workload& workload);

  // All versions of a key. A deleted one has a tombstone in the place of its newest version.
  void Put(std::string_view key, std::string_view value, bool deleted = false);

  // The same in single steps, for keys that are prefixes of others, whose versions lie apart.
  uint64_t NextCommitTs();
  uint64_t VersionTs(uint64_t newest_ts, unsigned age) const;
  void PutVersion(std::string_view key, uint64_t newest_ts, unsigned age, std::string_view value,
                  bool deleted);

  SnapshotWriter& writer() { return writer_; }
  TextSource& texts() { return texts_; }
  unsigned versions() const { return versions_; }  // older ones, beside the newest

 private:
  SnapshotWriter& writer_;
  const unsigned versions_;
  TextSource texts_;
  uint64_t keys_ = 0;
};

}  // namespace snaptree::bench
