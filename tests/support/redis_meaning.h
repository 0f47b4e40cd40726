// What a store of Redis rows means, key by key: the states that redis_meaning.cc finds and
// redis_meaning_files.cc writes. Only these two include it; tests call Expect() of redis_store.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/redis_store.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {

inline uint64_t Number(Slice big_endian) {
  uint64_t v = 0;
  for (const char c : big_endian) v = v << 8 | static_cast<uint8_t>(c);
  return v;
}

struct Meta {
  bool sound = false;
  bool current = false;
  uint64_t expire_at_ms = 0;
  int64_t head = 0;
  int64_t length = 0;
  std::pair<uint64_t, uint64_t> last;
  std::pair<uint64_t, uint64_t> trimmed;
};

struct Deltas {
  uint64_t rows = 0;
  int64_t head = 0;
  int64_t length = 0;
  uint64_t oldest = UINT64_MAX;
};

struct Collection {
  std::optional<Meta> meta;
  Deltas deltas;
  std::map<std::string, std::string> elements;  // of a list: sortable position
  std::optional<std::string> blob;

  bool HasWideRows() const { return meta || deltas.rows > 0 || !elements.empty(); }
};

struct Key {
  std::optional<std::string> string, hll, bare;
  std::optional<uint64_t> ttl;
  uint64_t ttl_commit_ts = 0;
  uint64_t bare_expire_at = 0;
  Collection list, hash, set, zset, stream;  // entries by (ms, seq)
};

// Reads a store, then writes the tree that a decoder should make of it.
class Meaning {
 public:
  Meaning(const Store& store, bool bare_rows_as_redis, std::optional<uint64_t> at)
      : bare_as_redis_(bare_rows_as_redis) {
    for (const auto& [key, row] : View(store, at)) Take(key, row);
  }

  ExpectedTree Tree();

 private:
  // Logical keys, each with the version that counts.
  static std::map<std::string, StoreRow> View(const Store& store, std::optional<uint64_t> at);

  void Take(const std::string& key, const StoreRow& row);
  void TakeListMeta(Slice rest, const StoreRow& row);
  void TakeDelta(Slice rest, const StoreRow& row, size_t value_size, Collection Key::*where);
  void TakeCounted(Slice prefix, Slice key, const StoreRow& row, Collection Key::*where);

  // The writers say whether all of the key could be brought out.
  void Write(const std::string& key, const Key& state);
  void WriteBlobFile(const std::string& path, const std::string& ttl_file, const std::string& key,
                     const std::string& bytes, Expiry expiry);
  bool WriteString(const std::string& key, const Key& state);
  bool WriteHll(const std::string& key, const Key& state);
  void WriteList(const std::string& key, const Key& state);
  bool WriteStream(const std::string& key, const Key& state);
  bool WriteCounted(const std::string& path, const Key& state, const Collection& collection,
                    const std::vector<BlobSample>& samples,
                    std::string (*text)(const Pairs&, Expiry), bool scores);

  bool bare_as_redis_;
  std::map<std::string, Key> keys_;
  ExpectedTree tree_;
};

}  // namespace snaptree::test
