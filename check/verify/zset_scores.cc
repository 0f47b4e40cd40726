// Spec 02 section 6 item 17: each member has one score row, and the other way round. A node writes
// and deletes both in one transaction.
#include "check/verify/for_each_row.h"
#include "check/verify/index_walks.h"

#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_tree_folders.h"
#include "adapters/redis/redis_values.h"
#include "base/coding.h"
#include "manifest/file_name_codec.h"

namespace snaptree {
namespace {

using redis::kZSetMemberPrefix;
using redis::kZSetScorePrefix;

constexpr size_t kScoreBytes = 8;
constexpr uint64_t kInfinity = 0x7ff0000000000000;

// Comparing NaNs tells a node that a score changed when it did not: what it then does to the score
// row is not known.
bool IsNan(uint64_t bits) { return (bits & ~redis::kTopBit) > kInfinity; }

constexpr IndexRules kRules = {.rows = "the score row of a sorted set's member", .any_value = true};

class ZSetScoresWalk : public IndexWalk {
 public:
  explicit ZSetScoresWalk(const DecodeContext& context) : context_(context) {}

  Status Run(IndexTaker& taker) override {
    SNAPTREE_TRY(ForEachRow(context_, kZSetMemberPrefix,
                            [&](const ViewRow& row) { return Member(row, taker); }));
    return ForEachRow(context_, kZSetScorePrefix,
                      [&](const ViewRow& row) { return Score(row, taker); });
  }

  std::string Address() const override {
    std::string path;
    redis::MakeKeyPath(redis::TypeFolder::kZSets, EncodeSegment(member_.user_key).name, &path);
    return path;
  }

 private:
  Status Member(const ViewRow& row, IndexTaker& taker) {
    if (!redis::ParseElementKey(row.key, kZSetMemberPrefix, &member_)) return {};
    const Slice record = row.key.substr(kZSetMemberPrefix.size());
    const std::optional<uint64_t> score =
        row.IsLive() ? redis::ParseZSetMemberValue(row.body.resident) : std::nullopt;
    if (!score || IsNan(*score)) return taker.Unjudged(record);
    redis::MakeElementKey(kZSetScorePrefix, member_.user_key, &key_);
    AppendBe64(&key_, redis::SortF64(*score));
    key_.append(member_.sub);
    return taker.Expect(kRules, record, row, key_, {}, Absence::kProblem);
  }

  Status Score(const ViewRow& row, IndexTaker& taker) {
    redis::ElementKey key;
    if (!redis::ParseElementKey(row.key, kZSetScorePrefix, &key) || key.sub.size() < kScoreBytes) {
      return context_.ledger.AddDamaged(
          FamilyOf(kZSetScorePrefix), row,
          DataError("RedisMalformedKey", "the key of a score row is malformed"));
    }
    const size_t behind_prefix = kZSetScorePrefix.size();
    key_.assign(row.key, behind_prefix, row.key.size() - behind_prefix - key.sub.size());
    key_.append(key.sub, kScoreBytes, Slice::npos);
    return row.IsLive() ? taker.Row(kRules, key_, row, {}) : taker.Unjudged(key_);
  }

  const DecodeContext& context_;
  redis::ElementKey member_;
  std::string key_;
};

}  // namespace

std::unique_ptr<IndexWalk> ZSetScores(const DecodeContext& context) {
  return std::make_unique<ZSetScoresWalk>(context);
}

}  // namespace snaptree
