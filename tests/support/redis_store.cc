// Random stores: see redis_store.h.
#include "tests/support/redis_store.h"

#include <iterator>
#include <limits>
#include <random>
#include <set>

namespace snaptree::test {
namespace {

// Inverted they begin with fe ff, fe 00, ff ff, ff 01 and 00 ff: among keys of these bytes,
// versions of one key stand apart with rows of others between them.
constexpr uint64_t kTimes[] = {0x0100000000000000, 0x01ff000000000000, 0x0000000000000001,
                               0x00fe000000000000, 0xff00000000000000, 0x0100000000000007};

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  Store Make() {
    const size_t keys = 1 + Below(6);
    for (size_t i = 0; i < keys; ++i) keys_.push_back(NewKey());
    const size_t rows = Below(70);
    for (size_t i = 0; i < rows; ++i) AddRow();
    return std::move(store_);
  }

 private:
  size_t Below(size_t n) { return random_() % n; }
  bool Chance(size_t percent) { return Below(100) < percent; }
  template <class T>
  const T& OneOf(const T* begin, size_t n) {
    return begin[Below(n)];
  }
  template <class Container>
  auto OneOf(const Container& from) {
    return *std::next(std::begin(from), static_cast<std::ptrdiff_t>(Below(std::size(from))));
  }

  std::string Bytes(size_t max) {
    constexpr Slice kAlphabet(
        "\x00\xfe\xff\x7f\x80"
        "ad|",
        8);
    std::string out;
    for (size_t n = Below(max + 1); n > 0; --n) out += OneOf(kAlphabet);
    return out;
  }

  int64_t Position() {
    constexpr int64_t kPositions[] = {-2, -1, 0, 1, 2, 3, INT64_MIN, INT64_MAX};
    return kPositions[Below(Chance(95) ? 6 : 8)];
  }

  std::string NewKey() {
    if (!keys_.empty() && Chance(40)) {  // its items stand among those of another list
      std::string key = OneOf(keys_) + SortableI64(Position());
      return key + Bytes(3);
    }
    if (Chance(10))
      return ListDeltaKey(Bytes(2), OneOf(kTimes)).substr(std::string("!lst|meta|").size());
    return Bytes(3);
  }

  uint64_t ExpiryMs() {
    constexpr uint64_t kExpiries[] = {0, 1, 1735689600000, uint64_t{1} << 63, UINT64_MAX};
    return OneOf(kExpiries);
  }
  int64_t Length() { return Chance(90) ? static_cast<int64_t>(Below(5)) : Position(); }
  int64_t Change() { return static_cast<int64_t>(Below(5)) - 2; }

  std::string CountMeta() {
    if (Chance(10)) return Bytes(20);
    return Chance(50) ? CountMetaValue(Length(), ExpiryMs()) : OldCountMetaValue(Length());
  }
  std::string CountDelta() { return Chance(95) ? I64(Change()) : Bytes(9); }
  std::string ListMeta() {
    if (Chance(10)) return Bytes(33);
    return Chance(50) ? ListMetaValue(Position(), Length(), ExpiryMs())
                      : OldListMetaValue(Position(), Length());
  }
  std::string StreamMeta() {
    if (Chance(10)) return Bytes(49);
    const StreamMetaFields meta = {Below(4),
                                   Below(3),
                                   Below(3),
                                   ExpiryMs(),
                                   Chance(30) ? Below(3) : 0,
                                   Chance(30) ? Below(3) : 0};
    constexpr size_t kSizes[] = {48, 32, 24};
    return StreamMetaValue(meta, OneOf(kSizes));
  }
  std::string Entry() {
    if (Chance(8)) return Chance(50) ? Bytes(3) : EntryValue("1-1", {"odd"});
    Strings fields;
    for (size_t n = Below(3); n > 0; --n) fields.insert(fields.end(), {Bytes(2), Bytes(2)});
    return EntryValue("whatever", fields);
  }
  std::string StringRow() {
    if (Chance(40))
      return StringValue(Bytes(3), Chance(50) ? std::optional(ExpiryMs()) : std::nullopt);
    return Chance(10) ? "\xff\x01" : Bytes(4);
  }
  std::string Hll() {
    const std::string payload = OneOf(HllSamples()).bytes;
    if (Chance(50)) return payload;
    return HllValue(payload, Chance(50) ? std::optional(ExpiryMs()) : std::nullopt);
  }
  std::string Score() { return Chance(93) ? U64(OneOf(ScoreSamples()).first) : Bytes(7); }

  // Key and value of a new row.
  std::pair<std::string, std::string> NewRow();

  void AddRow() {
    StoreRow row;
    if (!store_.empty() && Chance(30)) {  // another version
      row.key = OneOf(store_).key;
      row.value = ValueFor(row.key);
    } else {
      std::tie(row.key, row.value) = NewRow();
    }
    row.commit_ts = OneOf(kTimes);
    row.deleted = Chance(20);
    if (row.deleted) row.value.clear();
    if (Chance(4)) row.expire_at = OneOf(kTimes);
    row.unreadable = Chance(3);
    if (places_.emplace(row.key, row.commit_ts).second) store_.push_back(std::move(row));
  }

  // A value of the kind that one of the rows with this key has.
  std::string ValueFor(const std::string& key) {
    for (const StoreRow& row : store_) {
      if (row.key == key && !row.deleted && Chance(60)) return row.value;
    }
    return Bytes(3);
  }

  std::mt19937_64 random_;
  Strings keys_;
  Store store_;
  std::set<std::pair<std::string, uint64_t>> places_;
};

std::pair<std::string, std::string> Generator::NewRow() {
  const std::string key = OneOf(keys_);
  constexpr Slice kFamilies[] = {"hs", "st", "zs"};
  const auto seq = static_cast<uint32_t>(Below(3));
  switch (Below(30)) {
    case 0:
      return {StrKey(key), StringRow()};
    case 1:
      return {HllKey(key), Hll()};
    case 2:
      return {key.empty() ? "bare" : key, Bytes(3)};
    case 3:
    case 4:
      return {TtlKey(key), Chance(95) ? U64(ExpiryMs()) : Bytes(9)};
    case 5:
    case 6:
      return {MetaKeyOf(OneOf(kFamilies), key), CountMeta()};
    case 7:
      return {DeltaKeyOf(OneOf(kFamilies), key, OneOf(kTimes), seq), CountDelta()};
    case 8:
    case 9:
      return {FieldKey(key, Bytes(2)), Bytes(3)};
    case 10:
      return {SetMemberKey(key, Bytes(2)), Bytes(1)};
    case 11:
    case 12:
      return {ZSetMemberKey(key, Bytes(2)), Score()};
    case 13:
      return {HashBlobKey(key), OneOf(HashBlobSamples()).bytes};
    case 14:
      return {SetBlobKey(key), OneOf(SetBlobSamples()).bytes};
    case 15:
      return {ZSetBlobKey(key), OneOf(ZSetBlobSamples()).bytes};
    case 16:
      return {MetaKeyOf("stream", key), StreamMeta()};
    case 17:
    case 18:
      return {EntryKey(key, Below(3), Below(3)), Entry()};
    case 19:
      return {StreamBlobKey(key), StreamBlob({{"1-1", {"f", "v"}}})};
    case 20:
    case 21:
      return {ListMetaKey(key), ListMeta()};
    case 22:
    case 23:
      return {ListDeltaKey(key, OneOf(kTimes), seq), ListDeltaValue(Change(), Change())};
    case 24:
      return {FenceKey("zset", key), ""};
    case 25:
      return {ClaimKey(key, Position()), ""};
    case 26: {  // a key that may not fit its family
      constexpr Slice kPrefixes[] = {"!hs|fld|",       "!hs|meta|",     "!st|mem|",
                                     "!zs|mem|",       "!lst|itm|",     "!zs|meta|",
                                     "!stream|entry|", "!stream|meta|", "!lst|meta|",
                                     "!lst|meta|d|",   "!hs|meta|d|",   "!redis|new|"};
      return {std::string(OneOf(kPrefixes)) + Bytes(9), Bytes(7)};
    }
    default:
      return {ItemKey(key, Position()), Bytes(3)};
  }
}

}  // namespace

Store RandomStore(uint64_t seed) { return Generator(seed).Make(); }

SnapshotBuilder ToSnapshot(const Store& store) {
  SnapshotBuilder rows;
  for (const StoreRow& row : store) {
    if (row.unreadable) {  // its time does not count as a commit
      rows.Raw(RawKey(row.key, row.commit_ts), StoredValue(row.value, row.expire_at, 0x08));
    } else {
      rows.Put(row.key, row.commit_ts, row.value, row.expire_at, row.deleted ? 1 : 0);
    }
  }
  return rows;
}

const std::vector<BlobSample>& HashBlobSamples() {
  static const std::vector<BlobSample> samples = {
      {"", Pairs{}},
      {HashBlob({}), Pairs{}},
      {HashBlob({{"b", "1"}, {"a\xff", "2"}, {"a", "3"}, {"b", "4"}}),
       Pairs{{"a", "3"}, {"a\xff", "2"}, {"b", "4"}}},
      {R"({"b":"1","a":"2","b":"3"})", Pairs{{"a", "2"}, {"b", "3"}}},
      {"{}", Pairs{}},
      {"junk", std::nullopt},
      {HashBlob({{"a", "b"}}).substr(0, 9), std::nullopt},
      {R"({"a":1})", std::nullopt},
  };
  return samples;
}

const std::vector<BlobSample>& SetBlobSamples() {
  static const std::vector<BlobSample> samples = {
      {"", Pairs{}},
      {SetBlob({"b", "", "a\xfe", "a", "b"}), Pairs{{"", ""}, {"a", ""}, {"a\xfe", ""}, {"b", ""}}},
      {R"({"members":["b","a"]})", Pairs{{"a", ""}, {"b", ""}}},
      {"\xff", std::nullopt},
      {SetBlob({"abc"}).substr(0, 7), std::nullopt},
  };
  return samples;
}

const std::vector<BlobSample>& ZSetBlobSamples() {
  static const std::vector<BlobSample> samples = {
      {"", Pairs{}},
      {ZSetBlob({{"b", Bits(2)}, {"", 0}, {"a", Bits(-0.0)}, {"b", Bits(3)}}),
       Pairs{{"", "0"}, {"a", "-0"}, {"b", "3"}}},
      {R"({"entries":[{"member":"m","score":-0}]})", Pairs{{"m", "-0"}}},
      {SetBlob({"a"}), std::nullopt},
  };
  return samples;
}

const std::vector<BlobSample>& HllSamples() {
  static const std::vector<BlobSample> samples = {
      {"", Pairs{{"", ""}}},
      {SetBlob({"b", "a"}), Pairs{{SetBlob({"b", "a"}), ""}}},
      {"HYLL", Pairs{{"HYLL", ""}}},
      {R"({"members":["b","a","b"]})", Pairs{{SetBlob({"a", "b"}), ""}}},
      {R"({"members":)", Pairs{{R"({"members":)", ""}}},
  };
  return samples;
}

const std::vector<std::pair<uint64_t, std::string>>& ScoreSamples() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  static const std::vector<std::pair<uint64_t, std::string>> samples = {
      {Bits(0.0), "0"},
      {Bits(-0.0), "-0"},
      {Bits(-1.5), "-1.5"},
      {Bits(1e21), "1e+21"},
      {Bits(kInfinity), "\"+inf\""},
      {Bits(-kInfinity), "\"-inf\""},
      {0x7ff8000000000001, "\"nan\""},
      {0x7ff8000000000000, "\"nan:0x7ff8000000000000\""},
  };
  return samples;
}

}  // namespace snaptree::test
