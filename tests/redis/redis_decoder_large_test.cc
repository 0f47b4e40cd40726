// Values that do not stand in memory as a whole: their text is made in pieces, and must not show
// where the pieces met.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

constexpr size_t kPiece = 256 << 10;

std::string Noise(size_t size) {
  std::string out(size, '\0');
  uint64_t seed = size;
  for (char& c : out) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    c = static_cast<char>(seed >> 56);
  }
  return out;
}

// Text of `size` bytes with `character` at `at`.
std::string WithAt(size_t size, size_t at, Slice character) {
  std::string out(size, 'x');
  return out.replace(at, character.size(), character);
}

std::vector<std::pair<const char*, std::string>> LargeValues() {
  std::vector<std::pair<const char*, std::string>> values;
  for (const size_t size : {(64U << 10) + 1, (1U << 20) + 1}) {
    values.emplace_back("text", std::string(size, 'x'));
    values.emplace_back("noise", Noise(size));
  }
  const size_t size = 3 * kPiece + 5;
  for (const Slice character : {"\xc3\xa9", "\xe2\x80\xa8", "\xe6\x97\xa5", "\xf0\x9f\x98\x80"}) {
    for (size_t back = 0; back <= character.size(); ++back) {
      values.emplace_back("a character on the border", WithAt(size, kPiece - back, character));
      values.emplace_back("and on the next one", WithAt(size, 2 * kPiece - back, character));
    }
    values.emplace_back("characters only", [&] {
      std::string out;
      while (out.size() < size) out += character;
      return out;
    }());
    values.emplace_back("cut at the end",
                        WithAt(size, 0, "x") + std::string(character.substr(0, 1)));
    values.emplace_back("cut in the middle",
                        WithAt(size, kPiece - 1, character.substr(0, character.size() - 1)));
  }
  values.emplace_back("not UTF-8 in the last byte only", WithAt(size, size - 1, "\xff"));
  values.emplace_back("not UTF-8 in the first byte only", WithAt(size, 0, "\x80"));
  values.emplace_back("an overlong form on the border", WithAt(size, kPiece - 1, "\xc0\x80"));
  values.emplace_back("a surrogate on the border", WithAt(size, kPiece - 1, "\xed\xa0\x80"));
  values.emplace_back("escapes", [] {
    std::string out;
    while (out.size() < kPiece + 100) out += "<\"\\\n\x01&>";
    return out;
  }());
  for (size_t more = 0; more < 6; ++more) {
    values.emplace_back("base64 of all lengths", Noise(2 * kPiece + more));
  }
  return values;
}

// Of values that are too large to be printed.
void CheckFiles(const DecodedRows& out, const Files& expected) {
  REQUIRE(out.files.size() == expected.size());
  for (const auto& [path, text] : expected) {
    INFO(path);
    REQUIRE(out.files.count(path) == 1);
    const std::string& found = out.files.at(path);
    const auto [at, unused] = std::mismatch(found.begin(), found.end(), text.begin(), text.end());
    CHECK(static_cast<size_t>(at - found.begin()) == text.size());
    CHECK(found.size() == text.size());
  }
  CHECK(out.findings().empty());
}

TEST_CASE("large strings, fields, items and stream fields") {
  for (const auto& [what, value] : LargeValues()) {
    INFO(what << ", " << value.size() << " bytes");
    SnapshotBuilder rows;
    rows.Put(StrKey("s"), kT0, StringValue(value, 5));
    rows.Put(FieldKey("h", "a"), kT0, "before").Put(FieldKey("h", "b"), kT0, value);
    rows.Put(FieldKey("h", "c"), kT0, "after").Put(FieldKey("h", "d"), kT0, value);
    rows.Put(ItemKey("l", 0), kT0, "before").Put(ItemKey("l", 1), kT0, value);
    rows.Put(ItemKey("l", 2), kT0, "after").Put(ListMetaKey("l"), kT0, ListMetaValue(0, 3));
    const Strings fields = {"small", "", "large", value, value, "\xff"};
    rows.Put(EntryKey("x", 1, 0), kT0, EntryValue("1-0", {"f", "v"}));
    rows.Put(EntryKey("x", 2, 0), kT0, EntryValue("2-0", fields));
    rows.Put(EntryKey("x", 3, 0), kT0, EntryValue("3-0", {}));
    rows.Put(MetaKeyOf("stream", "x"), kT0, StreamMetaValue({3, 3, 0}));
    CheckFiles(
        DecodeRows(rows),
        {{StringPath("s"), value},
         {InDb("strings_ttl.jsonl"), TtlLine("s", 5)},
         {HashPath("h"), HashText({{"a", "before"}, {"b", value}, {"c", "after"}, {"d", value}})},
         {ListPath("l"), ListText({"before", value, "after"})},
         {StreamPath("x"), StreamText({{"1-0", {"f", "v"}}, {"2-0", fields}, {"3-0", {}}}, 3, 0)}});
  }
}

TEST_CASE("large strings and HLLs in all their forms") {
  const std::string text = Noise(kPiece + 3);
  Strings many;
  for (int i = 100000; i < 140000; ++i) many.push_back(std::to_string(i));
  const std::string payload = SetBlob(many);
  std::string json = "{\"members\":[";
  for (const std::string& member : many) json += (member == many[0] ? "\"" : ",\"") + member + "\"";
  json += "]}";
  SnapshotBuilder rows;
  rows.Put(StrKey("legacy"), kT0, text).Put(StrKey("enveloped"), kT0, StringValue(text));
  rows.Put(StrKey("text"), kT0, StringValue(std::string(kPiece, 't')));
  rows.Put(HllKey("legacy"), kT0, payload).Put(HllKey("enveloped"), kT0, HllValue(payload, 7));
  CheckFiles(DecodeRows(rows), {{StringPath("legacy"), text},
                                {StringPath("enveloped"), text},
                                {StringPath("text"), std::string(kPiece, 't')},
                                {HllPath("legacy"), payload},
                                {HllPath("enveloped"), payload},
                                {InDb("hll_ttl.jsonl"), TtlLine("enveloped", 7)}});
  const DecodedRows out = DecodeRows(SnapshotBuilder().Put(HllKey("json"), kT0, json));
  CHECK((out.files == Files{{HllPath("json"), payload}}));
  const std::string broken = json.substr(0, json.size() - 1);
  const DecodedRows kept = DecodeRows(SnapshotBuilder().Put(HllKey("json"), kT0, broken));
  CHECK((kept.files == Files{{HllPath("json"), broken}}));
}

TEST_CASE("large blobs and large collections") {
  // The row of an element that others begin with stands behind theirs: only with it there is
  // something to sort.
  const bool in_order = GENERATE(false, true);
  Pairs fields;
  Strings members;
  Pairs scores;
  Scores bits;
  for (int i = in_order ? 1 : 0; i < 30000; ++i) {
    const std::string name = i == 0 ? "element" : "element " + std::to_string(100000 + i);
    fields.emplace_back(name, "value of " + name);
    members.push_back(name);
    scores.emplace_back(name, std::to_string(i));
    bits.emplace_back(name, Bits(i));
  }
  const Files expected = {{HashPath("k"), HashText(fields)},
                          {SetPath("s"), SetText(members)},
                          {ZSetPath("z"), ZSetText(scores)}};
  CheckFiles(DecodeRows(SnapshotBuilder()
                            .Put(HashBlobKey("k"), kT0, HashBlob(fields))
                            .Put(SetBlobKey("s"), kT0, SetBlob(members))
                            .Put(ZSetBlobKey("z"), kT0, ZSetBlob(bits))),
             expected);
  SnapshotBuilder rows;
  for (const auto& [name, value] : fields) rows.Put(FieldKey("k", name), kT0, value);
  for (const std::string& name : members) rows.Put(SetMemberKey("s", name), kT0, "");
  for (const auto& [name, score] : bits) rows.Put(ZSetMemberKey("z", name), kT0, U64(score));
  CheckFiles(DecodeRows(rows), expected);
  DecodeRowsOptions spilling;
  spilling.sorter_bytes = (1 << 20) + (64 << 10);
  const DecodedRows spilled = DecodeRows(rows, spilling);
  CHECK((spilled.scratch_folders_asked > 3) == !in_order);
  CheckFiles(spilled, expected);
}

TEST_CASE("values around the sizes at which they move from memory to the file") {
  constexpr size_t kView = 64 << 10;
  for (const size_t size : {kView / 16 - 1, kView / 16, kView / 16 + 1, kView - 20, kView - 9,
                            kView, kView + 1, kPiece - 1, kPiece, kPiece + 1}) {
    INFO(size);
    const std::string value = WithAt(size, size - 2, "\xc3\xa9");
    SnapshotBuilder rows;
    rows.Put(StrKey("s"), kT0, value).Put(FieldKey("h", "f"), kT0, value);
    rows.Put(ItemKey("l", 0), kT0, value).Put(ListMetaKey("l"), kT0, ListMetaValue(0, 1));
    CheckFiles(DecodeRows(rows), {{StringPath("s"), value},
                                  {HashPath("h"), HashText({{"f", value}})},
                                  {ListPath("l"), ListText({value})}});
  }
}

TEST_CASE("large values that cannot be read are kept byte for byte") {
  const std::string junk = Noise(2 << 20);
  const Pairs rows = {{HashBlobKey("k"), "x" + junk}, {SetBlobKey("k"), SetBlob({junk}) + "\x0a"}};
  for (const auto& [key, value] : rows) {
    const DecodedRows out = DecodeRows(SnapshotBuilder().Put(key, kT0, value));
    REQUIRE(out.files.size() == 2);
    CHECK(out.damaged_codes() == Strings{"RedisInvalidBlob"});
    CHECK(out.files.begin()->first.starts_with("unknown/damaged/blobs/"));
    CHECK((out.files.begin()->second == value));
  }
}

TEST_CASE("a large entry is read like a small one, and refused like one") {
  const std::string filler(2 << 20, 'x');
  const std::string good = EntryValue("1-0", {"f", filler});
  const Strings bad = {good.substr(0, good.size() - 1),
                       good + "\x12",
                       EntryValue("1-0", {"f", filler, "g"}),
                       good + '\xff',
                       "X" + good.substr(1),
                       good + std::string(11, '\xff')};
  for (size_t i = 0; i < bad.size(); ++i) {
    INFO(i);
    const DecodedRows out =
        DecodeRows(SnapshotBuilder()
                       .Put(EntryKey("s", 1, 0), kT0, bad[i])
                       .Put(MetaKeyOf("stream", "s"), kT0, StreamMetaValue({1, 1, 0})));
    CHECK(out.damaged_codes() == Strings{"RedisInvalidStreamEntry"});
    CHECK((out.files.at(StreamPath("s")) == StreamText({}, 1, 0)));
    // The value stands in a file of its own, byte for byte.
    CHECK(out.files.size() == 3);
    CHECK((out.files.begin()->second == StreamText({}, 1, 0)));
    CHECK((std::next(out.files.begin())->second == bad[i]));
  }
}

}  // namespace
}  // namespace snaptree::test
