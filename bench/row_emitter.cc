#include "bench/row_emitter.h"

#include <utility>

#include "bench/row_encoding.h"

namespace snaptree::bench {
namespace {

constexpr uint64_t kCommitSpreadMs = 10 * 60 * 1000;
constexpr uint64_t kVersionStepMs = 1000;
constexpr uint64_t kLongestDefaultValue = 4096;

}  // namespace

uint64_t SeedOf(const Workload& workload, Series series) { return Mix(workload.seed) + series; }

Choice Deletions(const Workload& workload) {
  return {SeedOf(workload, kDeletions), workload.tombstone_percent};
}

Expiry::Expiry(const Workload& workload) : choice_(SeedOf(workload, kTtls), workload.ttl_percent) {}

NumberedKey::NumberedKey(std::string prefix) : key_(std::move(prefix)), fixed_(key_.size()) {}

const std::string& NumberedKey::operator()(uint64_t i, std::string_view suffix) {
  key_.resize(fixed_);
  AppendDecimal(&key_, i, kDigits);
  return key_.append(suffix);
}

RowEmitter::RowEmitter(SnapshotWriter& writer, const Workload& workload)
    : writer_(writer),
      versions_(workload.versions),
      texts_(SeedOf(workload, kTexts), workload.value_size.value_or(0) + kLongestDefaultValue) {}

void RowEmitter::Put(std::string_view key, std::string_view value, bool deleted) {
  const uint64_t newest = NextCommitTs();
  for (unsigned age = 0; age <= versions_; ++age) PutVersion(key, newest, age, value, deleted);
}

uint64_t RowEmitter::NextCommitTs() {
  // The first key carries the snapshot's last commit, the others some moment of the minutes before.
  const uint64_t key = keys_++;
  if (key == 0) return kLastCommitTs;
  const uint64_t age_ms = 1 + Mix(key ^ kCommitTimes) % kCommitSpreadMs;
  return kLastCommitTs - (age_ms << 16);
}

uint64_t RowEmitter::VersionTs(uint64_t newest_ts, unsigned age) const {
  return newest_ts - (age * kVersionStepMs << 16);
}

void RowEmitter::PutVersion(std::string_view key, uint64_t newest_ts, unsigned age,
                            std::string_view value, bool deleted) {
  const uint64_t commit_ts = VersionTs(newest_ts, age);
  if (deleted && age == 0) {
    writer_.PutTombstone(key, commit_ts);
  } else {
    writer_.PutVersion(key, commit_ts, value);
  }
}

}  // namespace snaptree::bench
