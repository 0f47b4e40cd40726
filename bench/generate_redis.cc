// Rows of the Redis adapter: strings, hashes, sets, zsets, lists, and the TTL index of all of them.
#include <algorithm>
#include <bit>
#include <utility>

#include "bench/row_encoding.h"
#include "bench/snapshot_kinds.h"

namespace snaptree::bench {
namespace {

// TTL rows of the keys name || number. `gone` tells of which keys nothing is left.
void AddTtls(const Workload& w, const std::string& name, uint64_t keys,
             const std::function<bool(uint64_t)>& gone, Ranges* ranges) {
  if (w.ttl_percent == 0) return;
  const std::string prefix = "!redis|ttl|" + name;
  const auto emit = [=, expiry = Expiry(w)](RowEmitter& out) {
    NumberedKey key(prefix);
    for (uint64_t i = 0; i < keys; ++i) {
      if (const uint64_t at = expiry.At(i); at != 0) out.Put(key(i), Be64(at), gone(i));
    }
  };
  ranges->push_back({prefix, emit});
}

// How many elements each collection has, and which of them were deleted.
class Collections {
 public:
  explicit Collections(const Workload& w)
      : count_(w.count),
        mean_(w.elements),
        skew_(w.skew),
        size_seed_(SeedOf(w, kSizes)),
        deletions_(Deletions(w)) {}

  uint64_t count() const { return count_; }
  uint64_t Size(uint64_t i) const { return SkewedSize(mean_, skew_, Mix(size_seed_ ^ Mix(i))); }
  bool Deleted(uint64_t i, uint64_t element) const { return deletions_.Hits(i, element); }
  uint64_t LiveSize(uint64_t i) const {
    const uint64_t size = Size(i);
    uint64_t live = size;
    for (uint64_t element = 0; element < size; ++element) {
      if (Deleted(i, element)) --live;
    }
    return live;
  }

 private:
  uint64_t count_;
  uint64_t mean_;
  double skew_;
  uint64_t size_seed_;
  Choice deletions_;
};

// family || u32 length of the user key || user key: what keys of collection i begin with.
std::string WideKey(std::string_view family, std::string_view name, uint64_t i) {
  std::string user_key(name);
  AppendDecimal(&user_key, i, NumberedKey::kDigits);
  return std::string(family) + Be32(static_cast<uint32_t>(user_key.size())) + user_key;
}

// Count metas and TTL rows. A collection without elements is gone: its meta is a tombstone.
void AddWideMetas(const Workload& w, const Collections& all, const std::string& family,
                  const std::string& name, Ranges* ranges) {
  const auto emit = [=, expiry = Expiry(w)](RowEmitter& out) {
    for (uint64_t i = 0; i < all.count(); ++i) {
      const uint64_t live = all.LiveSize(i);
      std::string value = Be64(live);
      if (!w.legacy) AppendBe64(&value, expiry.At(i));
      out.Put(WideKey(family, name, i), value, live == 0);
    }
  };
  ranges->push_back({family, emit});
  const auto gone = [all](uint64_t i) { return all.LiveSize(i) == 0; };
  AddTtls(w, name, all.count(), gone, ranges);
}

// Field names that are prefixes of one another: the nodes of a tree whose edges are short strings.
//
// Raw order compares name || inverted timestamp, so a node's versions take their places among its
// subtrees: most edges sort before them, "\xff" after them, and one edge falls between the newest
// version and the next. No edge or inverted timestamp is a prefix of another one, so sorting them
// orders the whole subtrees, and the walk needs memory for one path only.
class RaggedFields {
 public:
  RaggedFields(RowEmitter& out, const Collections& all, uint64_t collection, size_t value_size)
      : out_(out), all_(all), collection_(collection), value_size_(value_size) {}

  // Emits `names` keys: *key and names below it. *key is unchanged afterwards.
  void Emit(std::string* key, uint64_t names) {
    const uint64_t newest = out_.NextCommitTs();
    const bool deleted = all_.Deleted(collection_, element_++);
    std::vector<Step> steps;
    for (unsigned age = 0; age <= out_.versions(); ++age) {
      steps.push_back({Be64(~out_.VersionTs(newest, age)), age, 0});
    }
    AddSubtrees(newest, names - 1, &steps);
    std::sort(steps.begin(), steps.end(),
              [](const Step& a, const Step& b) { return a.bytes < b.bytes; });
    const size_t length = key->size();
    for (const Step& step : steps) {
      if (step.names == 0) {
        out_.PutVersion(*key, newest, step.age, out_.texts().Text(value_size_), deleted);
        continue;
      }
      key->append(step.bytes);
      Emit(key, step.names);
      key->resize(length);
    }
  }

 private:
  struct Step {
    std::string bytes;  // an edge, or a version's inverted timestamp
    unsigned age;       // of the version
    uint64_t names;     // in the subtree behind the edge; 0: it is a version
  };

  static void AddSubtrees(uint64_t newest, uint64_t names, std::vector<Step>* steps) {
    const std::string edges[] = {Be64(~(newest - 1)), "/", "0", "1", ":", "a", "b", "\xff"};
    uint64_t left = names;
    for (uint64_t edge = 0; left > 0; ++edge) {
      const uint64_t others = std::size(edges) - edge;
      const uint64_t share = (left + others - 1) / others;
      steps->push_back({edges[edge], 0, share});
      left -= share;
    }
  }

  RowEmitter& out_;
  const Collections& all_;
  const uint64_t collection_;
  const size_t value_size_;
  uint64_t element_ = 0;
};

// A zset's scores in ascending order, from below zero up; which member has which is shuffled.
class Scores {
 public:
  Scores(const Workload& w, uint64_t members)
      : order_(members, SeedOf(w, kOrder)), lowest_(-1.5 * static_cast<double>(members / 3)) {}
  double OfMember(uint64_t member) const { return OfRank(order_.At(member)); }
  double OfRank(uint64_t rank) const { return lowest_ + 1.5 * static_cast<double>(rank); }
  uint64_t MemberAt(uint64_t rank) const { return order_.PlaceOf(rank); }

 private:
  Permutation order_;
  double lowest_;
};

}  // namespace

void AddStrings(const Workload& w, Ranges* ranges) {
  const std::string name = w.legacy ? "legacy:" : "key:", prefix = "!redis|str|" + name;
  const size_t size = w.value_size.value_or(100);
  const Choice deletions = Deletions(w);
  const auto emit = [=, expiry = Expiry(w)](RowEmitter& out) {
    NumberedKey key(prefix);
    std::string value;
    for (uint64_t i = 0; i < w.count; ++i) {
      value.clear();
      if (!w.legacy) {  // the envelope: magic, flags, expiry if there is one
        const uint64_t at = expiry.At(i);
        value.assign({'\xff', '\1', at != 0 ? '\1' : '\0'});
        if (at != 0) AppendBe64(&value, at);
      }
      value.append(out.texts().Text(size));
      out.Put(key(i), value, deletions.Hits(i));
    }
  };
  ranges->push_back({prefix, emit});
  AddTtls(
      w, name, w.count, [deletions](uint64_t i) { return deletions.Hits(i); }, ranges);
}

void AddHashes(const Workload& w, Ranges* ranges) {
  const Collections all(w);
  const size_t value_size = w.value_size.value_or(40);
  const auto emit_fields = [=](RowEmitter& out) {
    for (uint64_t i = 0; i < all.count(); ++i) {
      std::string prefix = WideKey("!hs|fld|", "hash:", i) + "field:";
      if (w.ragged) {
        RaggedFields(out, all, i, value_size).Emit(&prefix, all.Size(i));
        continue;
      }
      NumberedKey key(std::move(prefix));
      for (uint64_t j = 0, size = all.Size(i); j < size; ++j) {
        out.Put(key(j), out.texts().Text(value_size), all.Deleted(i, j));
      }
    }
  };
  ranges->push_back({"!hs|fld|", emit_fields});
  AddWideMetas(w, all, "!hs|meta|", "hash:", ranges);
}

void AddBigHash(const Workload& w, Ranges* ranges) {
  Workload one = w;
  one.count = 1;
  one.elements = w.count;
  one.skew = 0;
  AddHashes(one, ranges);
}

void AddSets(const Workload& w, Ranges* ranges) {
  const Collections all(w);
  const auto emit_members = [=](RowEmitter& out) {
    for (uint64_t i = 0; i < all.count(); ++i) {
      NumberedKey key(WideKey("!st|mem|", "set:", i) + "member:");
      for (uint64_t j = 0, size = all.Size(i); j < size; ++j) {
        out.Put(key(j), {}, all.Deleted(i, j));
      }
    }
  };
  ranges->push_back({"!st|mem|", emit_members});
  AddWideMetas(w, all, "!st|meta|", "set:", ranges);
}

void AddZsets(const Workload& w, Ranges* ranges) {
  const Collections all(w);
  const auto emit_members = [=](RowEmitter& out) {
    for (uint64_t i = 0; i < all.count(); ++i) {
      const Scores scores(w, all.Size(i));
      NumberedKey key(WideKey("!zs|mem|", "board:", i) + "player:");
      for (uint64_t j = 0, size = all.Size(i); j < size; ++j) {
        const auto score_bits = std::bit_cast<uint64_t>(scores.OfMember(j));
        out.Put(key(j), Be64(score_bits), all.Deleted(i, j));
      }
    }
  };
  const auto emit_scores = [=](RowEmitter& out) {
    for (uint64_t i = 0; i < all.count(); ++i) {
      const Scores scores(w, all.Size(i));
      const std::string prefix = WideKey("!zs|scr|", "board:", i);
      for (uint64_t rank = 0, size = all.Size(i); rank < size; ++rank) {
        const uint64_t member = scores.MemberAt(rank);
        NumberedKey key(prefix + Be64(SortableDouble(scores.OfRank(rank))) + "player:");
        out.Put(key(member), {}, all.Deleted(i, member));
      }
    }
  };
  ranges->push_back({"!zs|mem|", emit_members});
  AddWideMetas(w, all, "!zs|meta|", "board:", ranges);
  ranges->push_back({"!zs|scr|", emit_scores});
}

// Deleted items of a list were popped from its head: with a hole in the middle it were no list.
void AddLists(const Workload& w, Ranges* ranges) {
  const Collections all(w);
  const size_t value_size = w.value_size.value_or(40);
  const auto popped = [=](uint64_t size) { return size * w.tombstone_percent / 100; };
  const auto emit_items = [=](RowEmitter& out) {
    NumberedKey key("!lst|itm|list:");
    for (uint64_t i = 0; i < all.count(); ++i) {
      for (uint64_t j = 0, size = all.Size(i); j < size; ++j) {
        const std::string sequence = Be64(SortableInt(static_cast<int64_t>(j)));
        out.Put(key(i, sequence), out.texts().Text(value_size), j < popped(size));
      }
    }
  };
  const auto emit_metas = [=, expiry = Expiry(w)](RowEmitter& out) {
    NumberedKey key("!lst|meta|list:");
    for (uint64_t i = 0; i < all.count(); ++i) {
      const uint64_t tail = all.Size(i), head = popped(tail);
      std::string value = Be64(head) + Be64(tail) + Be64(tail - head);
      if (!w.legacy) AppendBe64(&value, expiry.At(i));
      out.Put(key(i), value, head == tail);
    }
  };
  ranges->push_back({"!lst|itm|list:", emit_items});
  ranges->push_back({"!lst|meta|list:", emit_metas});
  const auto gone = [=](uint64_t i) { return popped(all.Size(i)) == all.Size(i); };
  AddTtls(w, "list:", all.count(), gone, ranges);
}

}  // namespace snaptree::bench
