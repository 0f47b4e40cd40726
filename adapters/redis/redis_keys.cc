#include "adapters/redis/redis_keys.h"

#include <bit>

#include "base/coding.h"

namespace snaptree::redis {
namespace {

constexpr Slice kDeltaMark = "d|";
constexpr uint64_t kListMetaSize = 32;
constexpr uint64_t kLegacyListMetaSize = 24;
constexpr uint64_t kListDeltaSize = 16;

// L(K) K from the front. The length is a u32 and is compared as 64 bits with what is there.
bool ReadUserKey(ByteReader* in, Slice* user_key) {
  uint32_t length = 0;
  return in->ReadBe32(&length) && in->ReadBytes(length, user_key);
}

// What follows prefix "d|": L(K) K u64 commitTS u32 seqInTxn.
bool ParseDelta(ByteReader in, MetaKey* out) {
  MetaKey key;
  key.kind = MetaKind::kDelta;
  if (!ReadUserKey(&in, &key.user_key) || !in.ReadBe64(&key.delta_commit_ts) ||
      !in.ReadBe32(&key.delta_seq) || !in.empty()) {
    return false;
  }
  *out = key;
  return true;
}

}  // namespace

bool ParseElementKey(Slice logical, Slice prefix, ElementKey* out) {
  ByteReader in(logical);
  Slice user_key;
  if (!in.Skip(prefix) || !ReadUserKey(&in, &user_key)) return false;
  *out = {user_key, in.rest()};
  return true;
}

bool ParseMetaKey(Slice logical, Slice prefix, MetaKey* out) {
  ByteReader in(logical);
  if (!in.Skip(prefix)) return false;
  // "d|" as the start of a length field would mean a key of 1.6 GiB (spec 02 section 3.4).
  if (in.Skip(kDeltaMark)) return prefix != kStreamMetaPrefix && ParseDelta(in, out);
  Slice user_key;
  if (!ReadUserKey(&in, &user_key) || !in.empty()) return false;
  *out = MetaKey{};
  out->user_key = user_key;
  return true;
}

ListMetaClass ClassifyListMeta(Slice logical, uint64_t value_size, MetaKey* out) {
  ByteReader in(logical);
  if (!in.Skip(kListMetaPrefix)) return ListMetaClass::kMalformedKey;
  const Slice user_key = in.rest();
  const bool meta_sized = value_size == kListMetaSize || value_size == kLegacyListMetaSize;
  if (meta_sized || !in.Skip(kDeltaMark)) {
    *out = MetaKey{};
    out->user_key = user_key;
    return ListMetaClass::kBase;
  }
  if (!ParseDelta(in, out)) return ListMetaClass::kMalformedKey;
  return value_size == kListDeltaSize ? ListMetaClass::kDelta : ListMetaClass::kInvalidValue;
}

bool ParseListItemKey(Slice logical, Slice* user_key, int64_t* seq) {
  ByteReader in(logical);
  if (!in.Skip(kListItemPrefix) || in.size() < sizeof(uint64_t)) return false;
  const Slice rest = in.rest();
  const size_t key_size = rest.size() - sizeof(uint64_t);
  *user_key = rest.substr(0, key_size);
  *seq = UnsortI64(LoadBe64(rest.data() + key_size));
  return true;
}

bool ParseListClaimKey(Slice logical, Slice* user_key, int64_t* seq) {
  ByteReader in(logical);
  Slice key;
  uint64_t sortable = 0;
  if (!in.Skip(kListClaimPrefix) || !ReadUserKey(&in, &key) || !in.ReadBe64(&sortable) ||
      !in.empty()) {
    return false;
  }
  *user_key = key;
  *seq = UnsortI64(sortable);
  return true;
}

bool ParseScoreKey(Slice logical, Slice* user_key, double* score, Slice* member) {
  ByteReader in(logical);
  Slice key;
  uint64_t sortable = 0;
  if (!in.Skip(kZSetScorePrefix) || !ReadUserKey(&in, &key) || !in.ReadBe64(&sortable)) {
    return false;
  }
  *user_key = key;
  *score = std::bit_cast<double>(UnsortF64(sortable));
  *member = in.rest();
  return true;
}

bool ParseStreamEntryKey(Slice logical, Slice* user_key, uint64_t* ms, uint64_t* seq) {
  ByteReader in(logical);
  Slice key;
  uint64_t id_ms = 0;
  uint64_t id_seq = 0;
  if (!in.Skip(kStreamEntryPrefix) || !ReadUserKey(&in, &key) || !in.ReadBe64(&id_ms) ||
      !in.ReadBe64(&id_seq) || !in.empty()) {
    return false;
  }
  *user_key = key;
  *ms = id_ms;
  *seq = id_seq;
  return true;
}

void MakeUserKey(Slice prefix, Slice user_key, std::string* out) {
  out->assign(prefix).append(user_key);
}

void MakeElementKey(Slice prefix, Slice user_key, std::string* out) {
  out->assign(prefix);
  AppendBe32(out, static_cast<uint32_t>(user_key.size()));
  out->append(user_key);
}

}  // namespace snaptree::redis
