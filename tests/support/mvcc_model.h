// Sets of versions, judged by the view and by the definition: the second knows nothing of the order
// of rows.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "formats/mvcc_view.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

struct Version {
  std::string key;
  uint64_t ts = 0;
  uint8_t flags = 0;
  uint64_t expire_at = 0;
};

// Raw key to version: rows in the order of a file.
using Rows = std::map<std::string, Version>;

inline void Add(Rows* rows, const Version& v) { (*rows)[RawKey(v.key, v.ts)] = v; }

inline std::vector<Verdict> ViewVerdicts(const Rows& rows, uint64_t read_ts,
                                         bool newest_at_any_time = false) {
  MvccView view(read_ts);
  PreviousKey previous;
  std::vector<Verdict> verdicts;
  for (const auto& [raw_key, v] : rows) {
    const std::string value = StoredValue("", v.expire_at, v.flags);
    const size_t common = CommonPrefix(previous.get(), raw_key);
    previous.Set(raw_key);
    if (MvccDefect(raw_key.size(), value.size(), value) == nullptr) {
      verdicts.push_back(view.Judge(MvccRow::Parse(raw_key, value), common, newest_at_any_time));
    } else {
      view.JudgeDamaged(raw_key, common, newest_at_any_time);
      verdicts.push_back(Verdict::kDamaged);
    }
  }
  return verdicts;
}

// The definition of section 7.3, without any regard to the order of rows. A damaged version decides
// like any other.
inline std::vector<Verdict> ModelVerdicts(const Rows& rows, uint64_t read_ts,
                                          bool newest_at_any_time = false) {
  std::map<std::string, uint64_t> deciding;
  for (const auto& [raw_key, v] : rows) {
    if (v.ts > read_ts && !newest_at_any_time) continue;
    const auto [found, added] = deciding.emplace(v.key, v.ts);
    if (!added) found->second = std::max(found->second, v.ts);
  }
  std::vector<Verdict> verdicts;
  for (const auto& [raw_key, v] : rows) {
    const auto found = deciding.find(v.key);
    if ((v.flags & 0xfc) != 0) {
      verdicts.push_back(Verdict::kDamaged);
    } else if (found == deciding.end() || found->second < v.ts) {
      verdicts.push_back(Verdict::kNewer);
    } else if (found->second != v.ts) {
      verdicts.push_back(Verdict::kOlder);
    } else if ((v.flags & 1) != 0) {
      verdicts.push_back(Verdict::kTombstone);
    } else {
      const bool expired = v.expire_at != 0 && v.expire_at <= read_ts;
      verdicts.push_back(expired ? Verdict::kExpired : Verdict::kLive);
    }
  }
  return verdicts;
}

}  // namespace snaptree::test
