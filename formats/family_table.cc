#include "formats/family_table.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace snaptree {
namespace {

using enum FamilyClass;
using enum AdapterId;

// Ascending by prefix; '|' (7c) sorts after letters. `!fs|usage` is one exact key, see
// ClassifyLogicalKey.
constexpr Family kFamilies[] = {
    {"!ddb|gsi|", kDerived, kDynamodb},
    {"!ddb|item|", kData, kDynamodb},
    {"!ddb|meta|gen|", kData, kDynamodb},
    {"!ddb|meta|table|", kData, kDynamodb},
    {"!dist|delta|", kOperational, kInternal},
    {"!dist|jobhist|", kOperational, kInternal},
    {"!dist|job|", kOperational, kInternal},
    {"!dist|meta|", kOperational, kInternal},
    {"!dist|route|", kOperational, kInternal},
    {"!fs|chk|", kData, kFs},
    {"!fs|dirv|", kDerived, kFs},
    {"!fs|dir|", kData, kFs},
    {"!fs|home|", kData, kFs},
    {"!fs|ino|", kData, kFs},
    {"!fs|intent|", kOperational, kFs},
    {"!fs|job|move|", kOperational, kFs},
    {"!fs|reffence|", kOperational, kFs},
    {"!fs|ref|", kOperational, kFs},
    {"!fs|usage", kDerived, kFs},
    {"!fs|usage|route|", kDerived, kFs},
    {"!hs|fld|", kData, kRedis},
    {"!hs|meta|", kData, kRedis},
    {"!lst|claim|", kOperational, kRedis},
    {"!lst|itm|", kData, kRedis},
    {"!lst|meta|", kData, kRedis},
    {"!redis|hash|", kData, kRedis},
    {"!redis|hll|", kData, kRedis},
    {"!redis|set|", kData, kRedis},
    {"!redis|stream|", kData, kRedis},
    {"!redis|str|", kData, kRedis},
    {"!redis|ttl|", kDerived, kRedis},
    {"!redis|txn-wide-hash|", kOperational, kRedis},
    {"!redis|txn-wide-list|", kOperational, kRedis},
    {"!redis|txn-wide-set|", kOperational, kRedis},
    {"!redis|txn-wide-zset|", kOperational, kRedis},
    {"!redis|zset|", kData, kRedis},
    {"!s3|blob|", kData, kS3},
    {"!s3|bucket|gen|", kData, kS3},
    {"!s3|bucket|meta|", kData, kS3},
    {"!s3|chunkblob|", kData, kS3, true},
    {"!s3|chunkref|", kData, kS3},
    {"!s3|gc|upload|", kOperational, kS3},
    {"!s3|obj|head|", kData, kS3},
    {"!s3|upload|meta|", kData, kS3},
    {"!s3|upload|part|", kData, kS3},
    {"!sqs|msg|byage|", kDerived, kSqs},
    {"!sqs|msg|data|", kData, kSqs},
    {"!sqs|msg|dedup|", kOperational, kSqs},
    {"!sqs|msg|group|", kOperational, kSqs},
    {"!sqs|msg|vis|", kDerived, kSqs},
    {"!sqs|queue|gen|", kData, kSqs},
    {"!sqs|queue|meta|", kData, kSqs},
    {"!sqs|queue|seq|", kData, kSqs},
    {"!sqs|queue|tombstone|", kOperational, kSqs},
    {"!stream|entry|", kData, kRedis},
    {"!stream|meta|", kData, kRedis},
    {"!st|mem|", kData, kRedis},
    {"!st|meta|", kData, kRedis},
    {"!txn|cmt|", kTransactional, kInternal},
    {"!txn|int|", kTransactional, kInternal},
    {"!txn|lock|", kTransactional, kInternal},
    {"!txn|rb|", kTransactional, kInternal},
    {"!zs|mem|", kData, kRedis},
    {"!zs|meta|", kData, kRedis},
    {"!zs|scr|", kDerived, kRedis},
    // Without a prefix, from here on.
    {"<bare>", kData, kRawkv},
    {"<unknown>", kUnknown, kInternal},
    {"<store metadata>", kOperational, kInternal},
    {"<encryption registry>", kOperational, kInternal},
};
constexpr size_t kNamed = kPrefixFamilies;
static_assert(std::size(kFamilies) == kNamed + 4);

constexpr Slice kReservedRoots[] = {"!ddb|", "!dist|",         "!encryption|",  "!fs|",  "!hs|",
                                    "!lst|", "!redis|",        "!s3route|",     "!s3|",  "!sqs|",
                                    "!st|",  "!stream|entry|", "!stream|meta|", "!txn|", "!zs|"};

constexpr Slice kExactKey = "!fs|usage";
constexpr Slice kRegistryPrefix = "!encryption|writers|";
constexpr size_t kRegistryKeyBytes = 27;
constexpr size_t kRegistrySeparatorAt = 24;

static_assert(std::is_sorted(std::begin(kFamilies), std::begin(kFamilies) + kNamed,
                             [](const Family& a, const Family& b) { return a.prefix < b.prefix; }));

}  // namespace

const char* AdapterName(AdapterId adapter) {
  constexpr std::array<const char*, kAdapterCount> kNames = {"dynamodb", "s3", "redis",   "sqs",
                                                             "rawkv",    "fs", "internal"};
  return kNames[static_cast<size_t>(adapter)];
}

std::span<const Family> Families() { return kFamilies; }

FamilyId FamilyOf(Slice prefix) { return static_cast<FamilyId>(FindFamily(prefix)); }

int FindFamily(Slice name) {
  for (size_t i = 0; i < std::size(kFamilies); ++i) {
    const Slice prefix = kFamilies[i].prefix;
    Slice inner = prefix.substr(1);
    if (!inner.empty() && (inner.back() == '|' || inner.back() == '>')) inner.remove_suffix(1);
    if (name == prefix || name == inner || name == prefix.substr(1)) return static_cast<int>(i);
  }
  return -1;
}

int ClassifyRawKey(Slice raw_key) {
  if (raw_key.starts_with("_meta_")) {
    for (const Slice name :
         {kMetaLastCommitTs, kMetaMinRetainedTs, kMetaPendingMinRetainedTs, kMetaAppliedIndex}) {
      if (raw_key == name) return RawMetadataFamily();
    }
  }
  if (raw_key.size() == kRegistryKeyBytes && raw_key.starts_with(kRegistryPrefix) &&
      raw_key[kRegistrySeparatorAt] == '|') {
    return RegistryFamily();
  }
  return -1;
}

FamilyId ClassifyLogicalKey(Slice key) {
  if (!key.starts_with('!')) return BareFamily();
  // The last prefix at or below the key is the only one that can match: none but `!fs|usage` is a
  // prefix of another.
  const Family* after = std::upper_bound(kFamilies, kFamilies + kNamed, key,
                                         [](Slice k, const Family& f) { return k < f.prefix; });
  if (after != kFamilies) {
    const Family* candidate = after - 1;
    const bool matches =
        candidate->prefix == kExactKey ? key == kExactKey : key.starts_with(candidate->prefix);
    if (matches) return static_cast<FamilyId>(candidate - kFamilies);
  }
  for (const Slice root : kReservedRoots) {
    if (key.starts_with(root)) return UnknownFamily();
  }
  return BareFamily();
}

}  // namespace snaptree
