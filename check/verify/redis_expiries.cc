// Spec 02 section 3.1: a value or meta in a form of today holds its own expiry, and a node writes
// or deletes the TTL row in the same transaction. The Go encoder writes none for strings (chapter 9
// item 17): a store that was restored from its image has none either, until a node repairs them,
// for strings that were not written since. Those have the image's only timestamp, and nothing in
// the store is older. What is in an older form has its expiry in the TTL row only: nothing to
// compare with. TTL rows of keys that do not exist are decode's finding.
#include <algorithm>

#include "check/verify/for_each_row.h"
#include "check/verify/index_walks.h"

#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_tree_folders.h"
#include "adapters/redis/redis_values.h"
#include "base/coding.h"
#include "manifest/file_name_codec.h"

namespace snaptree {
namespace {

using redis::TypeFolder;

// What a row says about when its key expires.
struct Expiry {
  bool is_known = false;               // false: an older form, or not readable
  std::optional<uint64_t> expires_ms;  // none: never

  static Expiry OfMeta(bool current_size, uint64_t expire_at_ms) {
    if (!current_size) return {};
    return {true, expire_at_ms == 0 ? std::nullopt : std::optional(expire_at_ms)};
  }
};

Expiry OfEnvelope(const Result<redis::InlineValue>& value) {
  if (!value.ok() || !value->enveloped) return {};
  return {true, value->has_expiry ? std::optional(value->expire_at_ms) : std::nullopt};
}

constexpr IndexRules RulesOf(bool is_repair) {
  return {.rows = "the TTL row of a key that expires",
          .is_repair = is_repair,
          .without_record = Treatment::kIgnore,
          .absent_note = "redis_ttl_rows_absent"};
}
constexpr IndexRules kRules = RulesOf(false);
constexpr IndexRules kRepairRules = RulesOf(true);

uint64_t OldestCommit(const ScanResult& scan) {
  uint64_t oldest = UINT64_MAX;
  for (size_t i = 0; i < Families().size(); ++i) {
    // Of those the timestamp says nothing.
    if (Families()[i].newest_at_any_time) continue;
    oldest = std::min(oldest, scan.families[i].min_commit_ts);
  }
  return oldest;
}

class RedisExpiriesWalk : public IndexWalk {
 public:
  explicit RedisExpiriesWalk(const DecodeContext& context)
      : context_(context),
        has_rows_(context.scan.of(FamilyOf(redis::kTtlPrefix)).live > 0),
        image_ts_(OldestCommit(context.scan)) {}

  Status Run(IndexTaker& taker) override {
    taker_ = &taker;
    SNAPTREE_TRY(Values(redis::kStringPrefix, TypeFolder::kStrings, redis::ParseStringEnvelope));
    SNAPTREE_TRY(Values(redis::kHllPrefix, TypeFolder::kHll, redis::ParseHllEnvelope));
    SNAPTREE_TRY(Counts(redis::kHashMetaPrefix, TypeFolder::kHashes));
    SNAPTREE_TRY(Counts(redis::kSetMetaPrefix, TypeFolder::kSets));
    SNAPTREE_TRY(Counts(redis::kZSetMetaPrefix, TypeFolder::kZSets));
    SNAPTREE_TRY(Lists());
    SNAPTREE_TRY(Streams());
    return TtlRows();
  }

  std::string Address() const override {
    std::string path;
    redis::MakeKeyPath(folder_, EncodeSegment(user_key_).name, &path);
    return path;
  }

 private:
  Status Take(const ViewRow& row, Slice user_key, TypeFolder folder, const Expiry& expiry) {
    if (!expiry.is_known) return taker_->Unjudged(user_key);
    // Records without a row matter only where there are rows.
    if (!expiry.expires_ms) return has_rows_ ? taker_->Exists(user_key) : Status::Ok();
    user_key_ = user_key;
    folder_ = folder;
    redis::MakeUserKey(redis::kTtlPrefix, user_key, &key_);
    redis::MakeTtl(*expiry.expires_ms, &value_);
    const bool has_value = folder == TypeFolder::kStrings || folder == TypeFolder::kHll;
    return taker_->Expect(
        kRules, user_key, row, key_, value_,
        has_value && row.commit_ts == image_ts_ ? Absence::kNoteIfAll : Absence::kProblem);
  }

  template <class Parse>
  Status Values(Slice prefix, TypeFolder folder, const Parse& parse) {
    return ForEachRow(context_, prefix, [&](const ViewRow& row) {
      const Expiry expiry =
          row.IsLive() ? OfEnvelope(parse(row.body.resident, row.body.size)) : Expiry();
      return Take(row, row.key.substr(prefix.size()), folder, expiry);
    });
  }

  Status Counts(Slice prefix, TypeFolder folder) {
    return ForEachRow(context_, prefix, [&](const ViewRow& row) -> Status {
      redis::MetaKey key;
      if (!redis::ParseMetaKey(row.key, prefix, &key)) return {};
      if (key.kind == redis::MetaKind::kDelta) return {};
      const auto meta = row.IsLive() ? redis::ParseCountMeta(row.body.resident) : std::nullopt;
      return Take(row, key.user_key, folder,
                  meta ? Expiry::OfMeta(meta->current_size, meta->expire_at_ms) : Expiry());
    });
  }

  // Whether a damaged row was a list's meta or a delta nobody knows.
  Status Lists() {
    return ForEachRow(context_, redis::kListMetaPrefix, [&](const ViewRow& row) -> Status {
      redis::MetaKey key;
      if (row.IsLive() &&
          redis::ClassifyListMeta(row.key, row.body.size, &key) != redis::ListMetaClass::kBase) {
        return {};
      }
      const auto meta = row.IsLive() ? redis::ParseListMeta(row.body.resident) : std::nullopt;
      return Take(row, row.key.substr(redis::kListMetaPrefix.size()), TypeFolder::kLists,
                  meta ? Expiry::OfMeta(meta->current_size, meta->expire_at_ms) : Expiry());
    });
  }

  Status Streams() {
    return ForEachRow(context_, redis::kStreamMetaPrefix, [&](const ViewRow& row) -> Status {
      redis::MetaKey key;
      if (!redis::ParseMetaKey(row.key, redis::kStreamMetaPrefix, &key)) return {};
      const auto meta = row.IsLive() ? redis::ParseStreamMeta(row.body.resident) : std::nullopt;
      return Take(row, key.user_key, TypeFolder::kStreams,
                  meta ? Expiry::OfMeta(meta->current_size, meta->expire_at_ms) : Expiry());
    });
  }

  Status TtlRows() {
    return ForEachRow(context_, redis::kTtlPrefix, [&](const ViewRow& row) {
      const Slice user_key = row.key.substr(redis::kTtlPrefix.size());
      const auto ttl = row.IsLive() ? redis::ParseTtl(row.body.resident) : std::nullopt;
      if (!ttl) return taker_->Unjudged(user_key);
      redis::MakeTtl(*ttl, &value_);
      return taker_->Row(row.commit_ts == image_ts_ ? kRules : kRepairRules, user_key, row, value_);
    });
  }

  const DecodeContext& context_;
  const bool has_rows_;
  const uint64_t image_ts_;
  IndexTaker* taker_ = nullptr;
  Slice user_key_;
  TypeFolder folder_ = TypeFolder::kStrings;
  std::string key_;
  std::string value_;
};

}  // namespace

std::unique_ptr<IndexWalk> RedisExpiries(const DecodeContext& context) {
  return std::make_unique<RedisExpiriesWalk>(context);
}

}  // namespace snaptree
