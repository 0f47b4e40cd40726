#include "adapters/redis/redis_record_rows.h"

#include <algorithm>

#include "adapters/redis/redis_files.h"
#include "adapters/redis/redis_keys.h"
#include "base/coding.h"
#include "formats/fsm_format.h"
#include "manifest/file_name_codec.h"

namespace snaptree::redis {
namespace {

// Behind the key of a list in that of a delta: its timestamp and its place in a transaction.
constexpr size_t kDeltaNumberBytes = sizeof(uint64_t) + sizeof(uint32_t);

struct TypeFiles {
  Slice folder;
  Slice extension;
};
constexpr TypeFiles kTypes[] = {{"strings/", ".bin"},  {"hll/", ".bin"},   {"lists/", ".json"},
                                {"hashes/", ".json"},  {"sets/", ".json"}, {"zsets/", ".json"},
                                {"streams/", ".jsonl"}};

// The name in "redis/db_0/hashes/user%3A1.json".
std::optional<Slice> NameOf(Slice address) {
  if (!address.starts_with(kDatabaseFolder)) return std::nullopt;
  address.remove_prefix(kDatabaseFolder.size());
  for (const TypeFiles& type : kTypes) {
    if (!address.starts_with(type.folder) || !address.ends_with(type.extension)) continue;
    const Slice name = address.substr(type.folder.size());
    if (name.size() < type.extension.size()) continue;
    return name.substr(0, name.size() - type.extension.size());
  }
  return std::nullopt;
}

// Looks through families for a key of which only a hash and the beginning are known.
class KeySearch {
 public:
  KeySearch(RowLookup* lookup, Slice name, std::string begin, size_t max_looks)
      : lookup_(*lookup), name_(name), begin_(std::move(begin)), max_looks_(max_looks) {}

  // Keys behind a prefix.
  Result<std::optional<std::string>> InPlainFamily(Slice prefix) {
    const FamilyId family = FamilyOf(prefix);
    const std::string stem = std::string(prefix) + begin_;
    std::string from = stem;
    for (size_t looks = 0; looks < max_looks_; ++looks) {
      SNAPTREE_ASSIGN(const std::optional<std::string> raw, lookup_.FirstKey(family, from));
      if (!raw || !raw->starts_with(stem)) break;
      from = *raw + '\0';
      if (raw->size() < prefix.size() + kTimestampBytes) continue;
      const Slice key =
          Slice(*raw).substr(prefix.size(), raw->size() - prefix.size() - kTimestampBytes);
      if (FallbackName(key) == name_) return std::optional<std::string>(key);
    }
    return std::optional<std::string>();
  }

  // Keys behind a prefix and their length: of each length there is, those with the beginning.
  Result<std::optional<std::string>> InCountedFamily(Slice prefix) {
    const FamilyId family = FamilyOf(prefix);
    std::string from = StemOf(prefix, static_cast<uint32_t>(begin_.size()));
    for (size_t looks = 0; looks < max_looks_; ++looks) {
      SNAPTREE_ASSIGN(const std::optional<std::string> raw, lookup_.FirstKey(family, from));
      ElementKey key;
      uint32_t size = 0;
      if (!raw || !raw->starts_with(prefix)) break;
      if (!ByteReader(Slice(*raw).substr(prefix.size())).ReadBe32(&size)) break;
      const std::string stem = StemOf(prefix, size);
      if (*raw < stem) {
        from = stem;
        continue;
      }
      // All rows of one key are passed at once.
      if (raw->starts_with(stem) && ParseElementKey(*raw, prefix, &key)) {
        if (FallbackName(key.user_key) == name_) {
          return std::optional<std::string>(key.user_key);
        }
        MakeElementKey(prefix, key.user_key, &from);
        from = AfterPrefix(from);
        continue;
      }
      if (size == UINT32_MAX) break;
      from = StemOf(prefix, size + 1);
    }
    return std::optional<std::string>();
  }

 private:
  std::string StemOf(Slice prefix, uint32_t key_size) const {
    std::string stem(prefix);
    AppendBe32(&stem, key_size);
    return stem + begin_;
  }

  RowLookup& lookup_;
  const Slice name_;
  const std::string begin_;
  const size_t max_looks_;
};

Result<std::optional<std::string>> FindKey(RowLookup* lookup, Slice name, size_t max_looks) {
  std::optional<std::string> key = TextOfSegment(name);
  if (key) return EncodeSegment(*key).name == name ? key : std::nullopt;
  std::optional<std::string> begin = BeginningOfSegment(name);
  if (!begin) return std::optional<std::string>();
  KeySearch search(lookup, name, *std::move(begin), max_looks);
  for (const Slice prefix : {kStringPrefix, kHllPrefix, kHashBlobPrefix, kSetBlobPrefix,
                             kZSetBlobPrefix, kListMetaPrefix}) {
    SNAPTREE_ASSIGN(key, search.InPlainFamily(prefix));
    if (key) return key;
  }
  for (const Slice prefix :
       {kHashFieldPrefix, kSetMemberPrefix, kZSetMemberPrefix, kStreamMetaPrefix}) {
    SNAPTREE_ASSIGN(key, search.InCountedFamily(prefix));
    if (key) return key;
  }
  return key;
}

}  // namespace

Result<RecordRows> RowsOfRecord(RowLookup& lookup, Slice address, size_t max_looks) {
  const std::optional<Slice> name = NameOf(address);
  if (!name) return RecordRows();
  SNAPTREE_ASSIGN(const std::optional<std::string> key, FindKey(&lookup, *name, max_looks));
  if (!key) return RecordRows();
  std::vector<KeyRange> rows;
  std::string text;
  for (const Slice prefix : {kStringPrefix, kHllPrefix, kTtlPrefix, kHashBlobPrefix, kSetBlobPrefix,
                             kZSetBlobPrefix, kStreamBlobPrefix, kListMetaPrefix}) {
    MakeUserKey(prefix, *key, &text);
    rows.push_back(WholeKey(FamilyOf(prefix), text));
  }
  for (const Slice prefix : {kHashMetaPrefix, kSetMetaPrefix, kZSetMetaPrefix, kStreamMetaPrefix}) {
    MakeElementKey(prefix, *key, &text);
    rows.push_back(WholeKey(FamilyOf(prefix), text));
  }
  for (const Slice prefix : {kHashMetaPrefix, kSetMetaPrefix, kZSetMetaPrefix}) {
    MakeElementKey(std::string(prefix) + "d|", *key, &text);
    rows.push_back(KeysWithPrefix(FamilyOf(prefix), text));
  }
  // Other lists may have names that begin like a delta of this one.
  MakeElementKey(std::string(kListMetaPrefix) + "d|", *key, &text);
  rows.push_back(NumberedKeys(FamilyOf(kListMetaPrefix), text, kDeltaNumberBytes));
  for (const Slice prefix :
       {kHashFieldPrefix, kSetMemberPrefix, kZSetMemberPrefix, kStreamEntryPrefix}) {
    MakeElementKey(prefix, *key, &text);
    rows.push_back(KeysWithPrefix(FamilyOf(prefix), text));
  }
  MakeUserKey(kListItemPrefix, *key, &text);
  rows.push_back(NumberedKeys(FamilyOf(kListItemPrefix), text, sizeof(uint64_t)));
  return RecordRows(std::move(rows));
}

}  // namespace snaptree::redis
