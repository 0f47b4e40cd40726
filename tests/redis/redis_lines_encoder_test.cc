// Lines of keys, as snaptree writes them and as people edit them: which rows they are (spec 08).
#include <catch2/catch.hpp>

#include "tests/support/redis_lines.h"
#include "tests/support/redis_rows.h"

namespace snaptree::test {
namespace {

using Rows = std::map<std::string, std::string>;

TEST_CASE("encode lines: one of each type") {
  const EncodedRows out = EncodeLines(
      {{FileOf("strings"),
        Line(R"("key":"a","value":"v","expire_at_ms":5)") + Line(R"("key":"c","value":"")") +
            Line(R"("key":{"base64":"_w"},"value":{"base64":"_v8"},"expire_at_ms":null)")},
       {FileOf("hll"), Line(R"("key":"u","payload":"AFJTAQoBYQoBYg","expire_at_ms":9)") +
                           Line(R"("key":"v","payload":"","expire_at_ms":null)")},
       {FileOf("hashes"),
        Line(R"("key":"h","fields":[{"name":"f","value":{"base64":"_w"}}],"expire_at_ms":7)")},
       {FileOf("sets"), Line(R"("key":"s","members":["","b"],"expire_at_ms":null)")},
       {FileOf("zsets"), Line(R"("key":"z","members":[{"member":"m","score":-1.5}])")},
       {FileOf("lists"), Line(R"("key":"q","items":["l","r"],"expire_at_ms":null)")},
       {FileOf("streams"),
        Line(
            R"("key":"x","entries":[{"id":"1-0","fields":[{"name":"f","value":"v"}]},)"
            R"({"id":"2-0","fields":[]}],"length":2,"last_ms":3,"last_seq":4,"expire_at_ms":11)")}});
  REQUIRE(out.errors.empty());
  StreamMetaFields stream = {2, 3, 4, 11};
  CHECK(out.rows == Rows{{StrKey("a"), StringValue("v", 5)},
                         {TtlKey("a"), U64(5)},
                         {StrKey("\xff"), StringValue("\xfe\xff")},
                         {StrKey("c"), StringValue("")},
                         {HllKey("u"), HllValue(SetBlob({"a", "b"}), 9)},
                         {TtlKey("u"), U64(9)},
                         {HllKey("v"), HllValue("")},
                         {MetaKeyOf("hs", "h"), CountMetaValue(1, 7)},
                         {FieldKey("h", "f"), "\xff"},
                         {TtlKey("h"), U64(7)},
                         {MetaKeyOf("st", "s"), CountMetaValue(2)},
                         {SetMemberKey("s", ""), ""},
                         {SetMemberKey("s", "b"), ""},
                         {MetaKeyOf("zs", "z"), CountMetaValue(1)},
                         {ZSetMemberKey("z", "m"), U64(Bits(-1.5))},
                         {ScoreKey("z", Unhex("4007ffffffffffff"), "m"), ""},
                         {ListMetaKey("q"), ListMetaValue(0, 2)},
                         {ItemKey("q", 0), "l"},
                         {ItemKey("q", 1), "r"},
                         {MetaKeyOf("stream", "x"), StreamMetaValue(stream)},
                         {EntryKey("x", 1, 0), EntryValue("1-0", {"f", "v"})},
                         {EntryKey("x", 2, 0), EntryValue("2-0", {})},
                         {TtlKey("x"), U64(11)}});
  CHECK(out.findings() == Strings{});
  CHECK(out.differences.empty());
  CHECK(out.report.records() == 10);
}

TEST_CASE("encode lines: a key that is a string and an HLL has one TTL row") {
  const std::string string = Line(R"("key":"k","value":"v","expire_at_ms":5)");
  const std::string hll = Line(R"("key":"k","payload":"","expire_at_ms":9)");
  const Rows expected = {
      {StrKey("k"), StringValue("v", 5)}, {HllKey("k"), HllValue("", 9)}, {TtlKey("k"), U64(5)}};
  CHECK(EncodeLines({{FileOf("strings"), string}, {FileOf("hll"), hll}}).rows == expected);
  // The same when one of them is a file.
  CHECK(EncodeLines({{StringPath("k"), "v"},
                     {InDb("strings_ttl.jsonl"), TtlLine("k", 5)},
                     {FileOf("hll"), hll}})
            .rows == expected);
  CHECK(EncodeLines({{FileOf("strings"), string},
                     {HllPath("k"), ""},
                     {InDb("hll_ttl.jsonl"), TtlLine("k", 9)}})
            .rows == expected);
  // And the HLL's own when the string has none.
  CHECK(EncodeLines({{FileOf("strings"), Line(R"("key":"k","value":"v")")}, {FileOf("hll"), hll}})
            .rows.at(TtlKey("k")) == U64(9));
}

TEST_CASE("encode lines: members in any order, unknown ones left out, blanks") {
  const Rows expected = {{MetaKeyOf("hs", "h"), CountMetaValue(1, 3)},
                         {FieldKey("h", "f"), "v"},
                         {TtlKey("h"), U64(3)}};
  EncodedRows out = EncodeHashes(
      R"({"expire_at_ms":3,"fields":[{"value":"v","name":"f"}],"key":"h"})");  // as jq -S
  CHECK(out.rows == expected);
  CHECK(out.errors.empty());
  CHECK(out.differences.empty());
  out = EncodeHashes(
      "\n  \r\n{ \"note\" : [1,{\"key\":2}] ,\"key\":\"h\",\"fields\":[{\"name\":\"f\","
      "\"value\":\"v\",\"x\":1}],\"expire_at_ms\":3}\r\n\n");
  CHECK(out.rows == expected);
  CHECK(out.findings() == Strings{"warning unknown_member 2"});
  CHECK(out.differences == std::set<std::string>{FileOf("hashes")});
  // Blank lines alone say nothing else.
  out = EncodeHashes("\n \r\n" + Part("h", 0, Fields({"f"})) + "\n" +
                     Part("h", 1, "\"last\":true," + Fields({})) + "\n\n" +
                     Line("\"key\":\"i\"," + Fields({"f"})) + "\n");
  CHECK(out.rows.size() == 4);
  CHECK(out.findings() == Strings{});
  CHECK(out.differences == std::set<std::string>{FileOf("hashes")});  // the cut
  out = EncodeHashes("\n \r\n" + Line("\"key\":\"i\"," + Fields({"f"})) + "\n");
  CHECK(out.rows.size() == 2);
  CHECK(out.differences.empty());
  // A member's name where a value may be is no member.
  out = EncodeHashes(
      R"({"key":"h","fields":[{"name":"f","value":"\"part\""},{"name":"part","value":"last"}]})");
  CHECK(out.rows.size() == 3);
  CHECK(out.errors.empty());
  out = EncodeLines(
      {{FileOf("streams"), R"({"entries":[{"fields":[],"id":"1-1"}],"last_seq":1,"last_ms":1,)"
                           R"("length":1,"key":"x"})"}});
  CHECK(out.errors.empty());
  CHECK(out.rows.at(EntryKey("x", 1, 1)) == EntryValue("1-1", {}));
}

TEST_CASE("encode lines: keys out of order are sorted and noted") {
  const EncodedRows out = EncodeLines(
      {{FileOf("strings"), Line(R"("key":"b","value":"1")") + Line(R"("key":"a","value":"2")") +
                               Line(R"("key":"c","value":"3")")},
       {FileOf("strings", 1), Line(R"("key":"bb","value":"4")")}});
  CHECK(out.errors.empty());
  CHECK(out.rows.size() == 4);
  CHECK(out.findings() == Strings{"note redis_lines_out_of_order 2"});
  CHECK(out.differences.empty());
}

TEST_CASE("encode lines: parts of a key are one key") {
  const std::string text = Part("h", 0, Fields({"a", "b"}) + ",\"expire_at_ms\":4") +
                           Part("h", 1, Fields({"c"}) + ",\"expire_at_ms\":4") +
                           Part("h", 2, "\"last\":true," + Fields({"d"}) + ",\"expire_at_ms\":4") +
                           Line("\"key\":\"i\"," + Fields({}));
  const Rows expected = {{MetaKeyOf("hs", "h"), CountMetaValue(4, 4)},
                         {FieldKey("h", "a"), "v"},
                         {FieldKey("h", "b"), "v"},
                         {FieldKey("h", "c"), "v"},
                         {FieldKey("h", "d"), "v"},
                         {TtlKey("h"), U64(4)},
                         {MetaKeyOf("hs", "i"), CountMetaValue(0)}};
  CHECK(EncodeHashes(text).errors.empty());
  CHECK(EncodeHashes(text).rows == expected);
  // Over two files.
  const size_t cut = text.find('\n') + 1;
  EncodedRows out = EncodeLines(
      {{FileOf("hashes"), text.substr(0, cut)}, {FileOf("hashes", 1), text.substr(cut)}});
  CHECK(out.errors.empty());
  CHECK(out.rows == expected);
  // Not cut as snaptree does it.
  CHECK(out.differences == std::set<std::string>{FileOf("hashes", 1)});

  out = EncodeLines({{FileOf("lists"), Part("q", 0, "\"items\":[\"a\",\"b\"]") +
                                           Line("\"items\":[\"c\"],\"key\":\"q\",\"last\":true,"
                                                "\"part\":1")}});
  CHECK(out.errors.empty());
  CHECK(out.rows == Rows{{ListMetaKey("q"), ListMetaValue(0, 3)},
                         {ItemKey("q", 0), "a"},
                         {ItemKey("q", 1), "b"},
                         {ItemKey("q", 2), "c"}});
  const std::string first = Part("x", 0, R"("entries":[{"id":"1-0","fields":[]}])");
  const std::string last = R"("last":true,"length":2,"last_ms":2,"last_seq":0,"entries":)";
  out = EncodeLines(
      {{FileOf("streams"), first + Part("x", 1, last + R"([{"id":"2-0","fields":[]}])")}});
  CHECK(out.errors.empty());
  CHECK(out.rows.at(MetaKeyOf("stream", "x")) == StreamMetaValue({2, 2, 0}));
  // IDs ascend over the parts.
  CHECK(ErrorsIn("streams", first + Part("x", 1, last + R"([{"id":"1-0","fields":[]}])")) ==
        Strings{"RedisEncodeInvalidJSON line 2"});
  CHECK(ErrorsIn("streams",
                 Part("x", 0, "\"length\":1,\"entries\":[]") + Part("x", 1, last + "[]")) ==
        Strings{"RedisEncodeInvalidJSON line 1"});
}

TEST_CASE("encode lines: parts that are missing") {
  const std::string h0 = Part("h", 0, Fields({"a"}));
  const std::string h1 = Part("h", 1, Fields({"b"}));
  const std::string h2 = Part("h", 2, Fields({"c"}) + ",\"last\":true");
  const std::string other = Line("\"key\":\"i\"," + Fields({"a"}));
  const auto missing = [](int line) {
    return Strings{"RedisPartMissing line " + std::to_string(line)};
  };
  CHECK(ErrorsIn("hashes", h0 + h1 + h2 + other).empty());
  CHECK(ErrorsIn("hashes", h0) == missing(1));
  CHECK(ErrorsIn("hashes", h0 + h1) == missing(2));
  CHECK(ErrorsIn("hashes", h0 + h1 + other) == missing(2));
  CHECK(ErrorsIn("hashes", h0 + h2) == missing(2));
  CHECK(ErrorsIn("hashes", h1 + h2) == missing(1));  // told once
  CHECK(ErrorsIn("hashes", h2) == missing(1));
  CHECK(ErrorsIn("hashes", h0 + h1 + h1 + h2) == missing(3));
  CHECK(ErrorsIn("hashes", h0 + other + h1 + h2) ==
        Strings{"RedisPartMissing line 1", "RedisPartMissing line 3"});
  CHECK(ErrorsIn("hashes", h0 + h0 + h1 + h2) ==
        Strings{"DuplicateKey line 1", "RedisPartMissing line 1"});
  CHECK(ErrorsIn("hashes", h0 + Part("g", 1, Fields({"b"}) + ",\"last\":true")) ==
        Strings{"RedisPartMissing line 1", "RedisPartMissing line 2"});
  // A line that cannot be read may have been the part.
  CHECK(ErrorsIn("hashes", h0 + "{\"part\":\n" + h2) == Strings{"RedisEncodeInvalidJSON line 2"});
  // What stands behind it may be further parts of that key, and of no other.
  const std::string g1 = Part("g", 1, Fields({"b"}));
  const std::string bad = "{\"part\":\n";
  const auto invalid_and = [&](int line) {
    return Strings{"RedisEncodeInvalidJSON line 1", missing(line)[0]};
  };
  CHECK(ErrorsIn("hashes", bad + h1 + h2) == Strings{"RedisEncodeInvalidJSON line 1"});
  CHECK(ErrorsIn("hashes", bad + h1 + g1) == invalid_and(3));
  CHECK(ErrorsIn("hashes", bad + other + h1 + h2) == invalid_and(3));
  CHECK(ErrorsIn("hashes", bad + h0 + h2) == invalid_and(3));
  CHECK(EncodeLines({{FileOf("hashes"), bad},
                     {FileOf("lists"), Part("h", 1, "\"items\":[],\"last\":true")}})
            .errors == Strings{"RedisEncodeInvalidJSON " + FileOf("hashes") + ": line 1",
                               "RedisPartMissing " + FileOf("lists") + ": line 1"});
  // In the next type's files nothing goes on.
  const EncodedRows out = EncodeLines(
      {{FileOf("hashes"), h0}, {FileOf("lists"), Part("h", 1, "\"items\":[],\"last\":true")}});
  CHECK(out.errors == Strings{"RedisPartMissing " + FileOf("hashes") + ": line 1",
                              "RedisPartMissing " + FileOf("lists") + ": line 1"});
}

TEST_CASE("encode lines: files that are missing") {
  const std::string a = Line(R"("key":"a","value":"1")");
  const std::string b = Line(R"("key":"b","value":"1")");
  CHECK(EncodeLines({{FileOf("strings", 0), a}, {FileOf("strings", 1), b}}).errors.empty());
  const EncodedRows from_one = EncodeLines({{FileOf("strings", 1), a}, {FileOf("strings", 2), b}});
  REQUIRE(from_one.errors == Strings{"RedisPartMissing " + FileOf("strings", 1)});
  CHECK(from_one.statuses[0].info().expected == FileOf("strings", 0) + " before it");
  CHECK(EncodeLines({{FileOf("strings", 0), a}, {FileOf("strings", 2), b}}).errors ==
        Strings{"RedisPartMissing " + FileOf("strings", 2)});
  CHECK(EncodeLines({{FileOf("strings", 2), b}}).errors ==
        Strings{"RedisPartMissing " + FileOf("strings", 2)});
  for (const std::string& name :
       Strings{"strings-0.jsonl", "strings-000000.jsonl", "strings-.jsonl", "string-00000.jsonl",
               "strings-00000.json", "strings-0000x.jsonl", "strings_00000.jsonl"})
    CHECK(EncodeLines({{InDb(name), a}}).errors == Strings{"UnexpectedFile " + InDb(name)});
}

}  // namespace
}  // namespace snaptree::test
