// Lines of keys, as snaptree writes them and as people edit them: which rows they are, what is
// refused, and where (spec 08).
#include <catch2/catch.hpp>

#include "tests/support/encode_run.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

using Rows = std::map<std::string, std::string>;

std::string FileOf(const std::string& type, unsigned number = 0) {
  return InDb(type + "-0000" + std::to_string(number) + ".jsonl");
}

EncodedRows EncodeLines(const Files& files) {
  EncodeFilesOptions options;
  options.manifest.jsonl = options.manifest.dynamodb_jsonl = true;
  return EncodeFiles(files, options);
}

EncodedRows EncodeHashes(const std::string& lines) {
  return EncodeLines({{FileOf("hashes"), lines}});
}

// What is wrong, without the path: "Code line 1".
Strings ErrorsIn(const std::string& type, const std::string& lines) {
  Strings errors;
  for (const Status& error : EncodeLines({{FileOf(type), lines}}).statuses) {
    CHECK(error.info().source == FileOf(type));
    CHECK_FALSE(error.info().next.empty());
    errors.push_back(error.code() + " " + error.info().address);
  }
  return errors;
}

std::string Line(const std::string& members) { return "{" + members + "}\n"; }
std::string Part(const std::string& key, int part, const std::string& rest) {
  return Line("\"key\":\"" + key + "\",\"part\":" + std::to_string(part) + "," + rest);
}
std::string Fields(const Strings& names) {
  std::string text = "\"fields\":[";
  for (size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : ",") + ("{\"name\":\"" + names[i] + "\",\"value\":\"v\"}");
  return text + "]";
}

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

TEST_CASE("encode lines: one key in two places") {
  const std::string k = "\"key\":\"k\",";
  const std::string string = Line(k + "\"value\":\"v\"");
  const std::string hash = Line(k + Fields({}));
  const auto only_error = [](const Files& files) {
    const EncodedRows out = EncodeLines(files);
    REQUIRE(out.statuses.size() == 1);
    return out.errors[0] + ", " + out.statuses[0].info().found;
  };
  // Lines of one type, in one file and in two.
  CHECK(only_error({{FileOf("strings"), string + string}}) ==
        "DuplicateKey " + FileOf("strings") + ": line 1, key \"!redis|str|k\" also in " +
            FileOf("strings") + ": line 2");
  CHECK(only_error({{FileOf("strings"), string}, {FileOf("strings", 1), string}})
            .starts_with("DuplicateKey " + FileOf("strings") + ": line 1"));
  CHECK(only_error({{FileOf("hashes"), hash + hash}}).starts_with("DuplicateKey"));
  // Of two types.
  CHECK(only_error({{FileOf("strings"), string}, {FileOf("hashes"), hash}}) ==
        "DuplicateKey " + FileOf("hashes") + ": line 1, key \"k\" also in " + FileOf("strings") +
            ": line 1");
  CHECK(only_error({{FileOf("hll"), Line(k + "\"payload\":\"\"")}, {FileOf("hashes"), hash}})
            .starts_with("DuplicateKey " + FileOf("hashes")));
  // A line and a file, of one type and of two.
  CHECK(only_error({{FileOf("hashes"), hash}, {HashPath("k"), HashText({})}}) ==
        "DuplicateKey " + HashPath("k") + ", key \"k\" also in " + FileOf("hashes") + ": line 1");
  CHECK(only_error({{FileOf("strings"), string}, {ListPath("k"), ListText({})}})
            .starts_with("DuplicateKey " + ListPath("k")));
  CHECK(only_error({{FileOf("hashes"), hash}, {StringPath("k"), ""}})
            .starts_with("DuplicateKey " + FileOf("hashes") + ": line 1"));
  // One whose name is a hash.
  const std::string long_key = "\"key\":\"" + std::string(300, 'k') + "\",";
  CHECK(only_error({{FileOf("strings"), Line(long_key + "\"value\":\"\"")},
                    {FileOf("hashes"), Line(long_key + Fields({}))}})
            .find("kkkk") != std::string::npos);
  // An element in two parts.
  CHECK(ErrorsIn("hashes",
                 Part("h", 0, Fields({"a"})) + Part("h", 1, "\"last\":true," + Fields({"a"}))) ==
        Strings{"DuplicateKey line 1"});
}

TEST_CASE("encode lines: lines and files side by side") {
  const Files files = {{FileOf("strings"), Line(R"("key":"a","value":"1","expire_at_ms":5)")},
                       {StringPath("b"), "2"},
                       {HashPath("c"), HashText({{"f", "v"}})},
                       {FileOf("hashes"), Line("\"key\":\"d\"," + Fields({"f"}))}};
  const EncodedRows lines = EncodeLines(files);
  CHECK(lines.errors.empty());
  CHECK(lines.rows.size() == 7);
  // They come out in one layout.
  CHECK(lines.differences == std::set<std::string>{StringPath("b"), InDb("strings-*.jsonl"),
                                                   HashPath("c"), InDb("hashes-*.jsonl")});
  const EncodedRows per_item = EncodeFiles(files);
  CHECK(per_item.snapshot == lines.snapshot);
  CHECK(per_item.differences == std::set<std::string>{FileOf("strings"), InDb("strings-*.jsonl"),
                                                      StringPath("a"), InDb("strings_ttl.jsonl"),
                                                      FileOf("hashes"), InDb("hashes-*.jsonl"),
                                                      HashPath("d")});
}

TEST_CASE("encode lines: wrong lines, all of them told") {
  const std::string good = Line(R"("key":"k","value":"v")");
  const auto invalid = [](const Strings& lines) {
    Strings errors;
    for (const std::string& line : lines) errors.push_back("RedisEncodeInvalidJSON line " + line);
    return errors;
  };
  CHECK(ErrorsIn("strings", "[]\n" + good + "{\n\"x\"\n\xff\n" + Line("\"value\":\"v\"") +
                                Line("\"key\":\"k2\"") + Line("\"key\":1,\"value\":\"\"")) ==
        invalid({"1", "3", "4", "5", "6", "7", "8"}));
  const auto one = [&](const std::string& type, const std::string& members) {
    INFO(members);
    CHECK(ErrorsIn(type, Line(members)) == invalid({"1"}));
  };
  one("strings", R"("key":"k","key":"k","value":"v")");
  one("strings", R"("key":"k","value":null)");
  one("strings", R"("key":"k","value":[])");
  one("strings", R"("key":"k","value":{"base64":"YQ=="})");
  one("strings", R"("key":"k","value":{})");
  one("strings", R"("key":{"base64":null},"value":"")");
  one("strings", R"("key":"k","value":"v","expire_at_ms":1.0)");
  one("strings", R"("key":"k","value":"v"} {)");
  one("strings", R"("key":"\udc00","value":"v")");
  one("hll", R"("key":"k","payload":{"base64":"AA"})");
  one("hll", R"("key":"k","payload":"AA==")");
  one("hll", R"("key":"k")");
  one("hashes", R"("key":"k")");
  one("hashes", R"("fields":[])");
  one("hashes", R"("key":"k","members":[])");
  one("hashes", R"("key":"k","fields":[],"fields":[])");
  one("hashes", R"("key":"k","fields":{})");
  one("hashes", R"("key":"k","fields":[{"name":"a"}])");
  one("hashes", R"("key":"k","fields":[],"last":true)");
  one("hashes", R"("key":"k","part":-1,"fields":[])");
  one("hashes", R"("key":"k","part":0,"last":1,"fields":[])");
  one("hashes", R"("key":"k","\u0070art":0,"fields":[])");
  one("sets", R"("key":"k","members":[1])");
  one("zsets", R"("key":"k","members":[{"member":"a","score":"x"}])");
  one("zsets", R"("key":"k","members":[{"member":"a","score":1e999}])");
  const std::string numbers = R"("length":0,"last_ms":0,"last_seq":0)";
  one("streams", R"("key":"k",)" + numbers);
  one("streams", R"("key":"k","entries":[])");
  one("streams", R"("key":"k","entries":{},)" + numbers);
  one("streams", R"("key":"k","entries":["1-0"],)" + numbers);
  one("streams", R"("key":"k","entries":[[]],)" + numbers);
  one("streams", R"("key":"k","entries":[{"id":"1-0"}],)" + numbers);
  one("streams", R"("key":"k","entries":[{"fields":[]}],)" + numbers);
  one("streams", R"("key":"k","entries":[{"id":1,"fields":[]}],)" + numbers);
  one("streams", R"("key":"k","entries":[{"id":"1","fields":[]}],)" + numbers);
  one("streams", R"("key":"k","entries":[{"id":"1-0","id":"1-0","fields":[]}],)" + numbers);
  one("streams", R"("key":"k","entries":[{"id":"1-0","fields":[]}],)" + numbers);  // length
  one("streams", R"("key":"k","id":"1-0","entries":[{"fields":[]}],)" + numbers);
  CHECK(ErrorsIn("streams", Line(R"("key":"k","entries":[{"id":"1-0","fields":[{"name":"f",)"
                                 R"("value":{"base64":"_w"}}]}],)" +
                                 numbers)) == Strings{"RedisStreamFieldNotUTF8 line 1"});
  CHECK(ErrorsIn("hll", Line(R"("key":"k","payload":"SFlMTA")")) ==
        Strings{"RedisEncodeInvalidHLL line 1"});
  CHECK(ErrorsIn("hashes", Part("h", 0, Fields({}) + ",\"expire_at_ms\":1") +
                               Part("h", 1, Fields({}) + ",\"last\":true,\"expire_at_ms\":null")) ==
        invalid({"2"}));
  CHECK(ErrorsIn("strings", Line("\"key\":\"" + std::string(1 << 20, 'k') + "\",\"value\":\"\"")) ==
        Strings{"EncodeKeyTooLarge line 1"});
}

TEST_CASE("encode lines: what comes out in another spelling is said") {
  const auto findings = [](const std::string& members) {
    return EncodeHashes(Line(members)).findings();
  };
  const Strings respelled = {"note redis_respelled 1"};
  CHECK(findings("\"key\":\"h\"," + Fields({"b", "a"})).empty());
  CHECK(findings("\"key\":{\"base64\":\"aA\"}," + Fields({})).empty());
  CHECK(findings("\"key\":\"h\",\"expire_at_ms\":0," + Fields({})) == respelled);
  CHECK(findings("\"key\":\"h\",\"part\":0,\"last\":true," + Fields({})) == respelled);
  CHECK(findings("\"key\":\"h\",\"expire_at_ms\":18446744073709551615," + Fields({})) ==
        Strings{"warning redis_expiry_clamped 1"});
}

// Whatever is cut off, it is never less data without a word, unless whole keys go.
TEST_CASE("encode lines: a file that is cut within a line or between parts") {
  const std::string text = Part("h", 0, Fields({"a", "b"})) +
                           Part("h", 1, "\"last\":true," + Fields({"c"})) +
                           Line("\"key\":\"i\"," + Fields({"f"}));
  const size_t first_key = text.find("{\"key\":\"i\"");
  for (size_t size = 1; size < text.size() - 1; ++size) {
    const EncodedRows out = EncodeHashes(text.substr(0, size));
    if (size == first_key || size == first_key - 1) {
      CHECK(out.rows.size() == 4);
    } else {
      REQUIRE_FALSE(out.errors.empty());
    }
  }
  CHECK(EncodeHashes(text.substr(0, text.size() - 1)).rows.size() == 6);
}

// Lines beyond what is read at once.
TEST_CASE("encode lines: lines of many MiB") {
  const std::string huge(17 << 20, 'x');
  const std::string string = Line("\"key\":\"a\",\"value\":\"" + huge + "\"");
  const std::string small = Line(R"("key":"b","value":"1")");
  EncodedRows out = EncodeLines({{FileOf("strings"), string + small}});
  CHECK(out.errors.empty());
  REQUIRE((out.rows.at(StrKey("a")) == StringValue(huge)));
  CHECK(out.rows.at(StrKey("b")) == StringValue("1"));

  std::string items = "\"items\":[\"" + huge + "\"";
  for (int i = 0; i < 1000; ++i) items += ",\"" + std::to_string(i) + "\"";
  items += "]";
  out = EncodeLines({{FileOf("lists"),
                      Line("\"key\":\"q\"," + items) + Line("\"key\":\"r\",\"items\":[\"end\"]")}});
  CHECK(out.errors.empty());
  CHECK(out.rows.size() == 1004);
  CHECK(out.rows.at(ItemKey("q", 1000)) == "999");
  // snaptree would have made two lines of it.
  CHECK(out.differences == std::set<std::string>{FileOf("lists")});
  const auto error = [&](const std::string& line) {
    const EncodedRows wrong = EncodeLines({{FileOf("lists"), line + Line(R"("key":"r")")}});
    REQUIRE(wrong.statuses.size() == 2);
    CHECK(wrong.errors[0] == "RedisEncodeInvalidJSON " + FileOf("lists") + ": line 1");
    CHECK(wrong.errors[1] == "RedisEncodeInvalidJSON " + FileOf("lists") + ": line 2");
    CHECK_FALSE(wrong.statuses[0].info().next.empty());
    return wrong.statuses[0].info().what;
  };
  CHECK(error(Line(items + ",\"key\":\"q\"")).find("does not stand before") != std::string::npos);
  CHECK(error(Line("\"key\":\"q\"," + items + ",\"part\":0")).find("behind the elements") !=
        std::string::npos);
  CHECK(error("{\"key\":\"q\"," + items + "\n").find("malformed") != std::string::npos);
}

// A value of many MiB is not held: what it says is read again when its row is written.
TEST_CASE("encode lines: strings and HLLs of many MiB, however they are written") {
  const std::string x(size_t{17} << 20, 'x');
  const std::string note = ",\"note\":\"" + x + "\"";
  const auto value_of = [&](const std::string& type, const std::string& members) {
    const EncodedRows out = EncodeLines({{FileOf(type), Line(members)}});
    REQUIRE(out.errors.empty());
    CHECK(out.differences.empty() == (members.find("\"note\"") == std::string::npos));
    REQUIRE(out.rows.size() == 1);
    return out.rows.begin()->second;
  };
  const auto is = [&](const std::string& members, const std::string& value) {
    INFO(members.substr(0, 40));
    const bool equal = value_of("strings", members) == StringValue(value);
    CHECK(equal);
  };
  // Members in any order; one that nobody knows.
  is("\"value\":\"" + x + "\",\"key\":\"k\"", x);
  is(" \"value\" :\t\"" + x + "\" , \"expire_at_ms\" : null , \"key\" : \"k\" ", x);
  is("\"key\":\"k\",\"value\" : {\"base64\" : \"_v8\"}" + note, "\xfe\xff");
  is("\"key\":\"k\",\"value\":\"\"" + note, "");
  is("\"\\u0076alue\":\"" + x + "\",\"key\":\"k\"", x);
  // Every escape, and letters of several bytes, over all ends of pieces.
  const std::string written = R"(\"\\\/\b\f\n\r\t\u0000\u00e9\uD83d\uDE00)"
                              "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80.";
  const std::string meant = std::string("\"\\/\b\f\n\r\t\0\xc3\xa9\xf0\x9f\x98\x80", 15) +
                            "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80.";
  std::string text;
  std::string bytes;
  while (text.size() <= x.size()) {
    text += written;
    bytes += meant;
  }
  is("\"key\":\"k\",\"value\":\"" + text + "\"", bytes);
  // Base64, in members and in escapes.
  std::string base64;
  std::string decoded;
  while (base64.size() <= x.size()) {
    base64 += "_v8A_w-A";
    decoded += std::string("\xfe\xff\0\xff\x0f\x80", 6);
  }
  is("\"key\":\"k\",\"value\":{\"note\":[{\"base64\":1}],\"base64\":\"" + base64 + "\\u005fw\"}",
     decoded + "\xff");
  is("\"key\":\"k\",\"value\":{\"base64\":\"" + base64 + "\"}", decoded);
  is("\"key\":\"k\",\"value\":{\"base64\":\"" + base64 + "_v8\"}", decoded + "\xfe\xff");
  CHECK(ErrorsIn("hll", Line("\"key\":\"k\",\"payload\":\"" + base64 + "\"")) ==
        Strings{"RedisEncodeInvalidHLL line 1"});
  const bool equal = value_of("hll", "\"payload\":\"AFJTAQoBYQoBYg\",\"key\":\"k\"" + note) ==
                     HllValue(SetBlob({"a", "b"}));
  CHECK(equal);
}

TEST_CASE("encode lines: values of many MiB in order among others") {
  const auto line = [](const std::string& key, char letter) {
    return Line("\"key\":\"" + key + "\",\"value\":\"" + std::string(size_t{17} << 20, letter) +
                "\",\"expire_at_ms\":5");
  };
  const std::string small = Line(R"("key":"b","value":"1")");
  EncodedRows out = EncodeLines({{FileOf("strings"), line("c", 'c') + small + line("a", 'a')}});
  CHECK(out.errors.empty());
  REQUIRE(out.rows.size() == 5);
  for (const std::string& key : Strings{"a", "c"}) {
    const bool equal =
        out.rows.at(StrKey(key)) == StringValue(std::string(size_t{17} << 20, key[0]), 5);
    CHECK(equal);
    CHECK(out.rows.at(TtlKey(key)) == U64(5));
  }
  CHECK(out.rows.at(StrKey("b")) == StringValue("1"));
  // Two of them, and one that is no long one.
  for (const std::string& other : Strings{line("a", 'b'), Line(R"("key":"a","value":"1")")}) {
    out = EncodeLines({{FileOf("strings"), line("a", 'a') + small + other}});
    REQUIRE_FALSE(out.errors.empty());
    CHECK(out.errors[0] == "DuplicateKey " + FileOf("strings") + ": line 1");
    CHECK(out.statuses[0].info().found.ends_with(FileOf("strings") + ": line 3"));
  }
}

TEST_CASE("encode lines: values of many MiB that are wrong") {
  const std::string x(size_t{17} << 20, 'x');
  const std::string note = ",\"note\":\"" + x + "\"";
  const auto wrong = [&](const std::string& type, const std::string& members) {
    INFO(members.substr(0, 40) << " ... " << members.substr(members.size() - 20));
    CHECK(ErrorsIn(type, Line(members) + Line("\"key\":1")) ==
          Strings{"RedisEncodeInvalidJSON line 1", "RedisEncodeInvalidJSON line 2"});
  };
  const std::string begin = "\"key\":\"k\",\"value\":\"" + x;
  for (const std::string& end :
       Strings{"\\udc00\"", "\\ud83d\"", "\\ud83d\\u0041\"", "\\ud83dx\"", "\\u12g4\"", "\\x\"",
               "\t\"", "\xc3\"", "\x80\x80\"", "\xff\"", "", "\",\"value\":\"\"", "\" 1", "\\"})
    wrong("strings", begin + end);
  wrong("strings", "\"value\":null,\"key\":\"k\"" + note);
  wrong("strings", "\"value\" \"v\",\"key\":\"k\"" + note);
  wrong("strings", "\"value\":\"" + x + "\"");
  wrong("strings", "\"key\":\"k\",\"value\":{\"base64\":\"" + x + "YQ==\"}");
  wrong("strings", "\"key\":\"k\",\"value\":{\"base64\":\"" + x + "x\"}");
  wrong("strings", "\"key\":\"k\",\"value\":{\"base64\":\"" + x + "\",\"base64\":\"\"}");
  wrong("hll", "\"key\":\"k\",\"payload\":{\"base64\":\"" + x + "\"}");
  wrong("hll", "\"key\":\"k\",\"payload\":\"" + x + "=\"");
}

TEST_CASE("encode lines: the self-test follows edited lines") {
  SnapshotBuilder snapshot;
  const std::string large(size_t{1} << 20, 'x');
  snapshot.Put(ListMetaKey("big"), 5, ListMetaValue(0, 9))
      .Put(ListMetaKey("q"), 5, ListMetaValue(0, 0));
  for (int64_t i = 0; i < 9; ++i) snapshot.Put(ItemKey("big", i), 5, large);
  for (const std::string& key : Strings{"a", "b", "c"}) {
    snapshot.Put(StrKey(key), 5, StringValue("v" + key, 77))
        .Put(MetaKeyOf("hs", "h" + key), 5, CountMetaValue(2))
        .Put(FieldKey("h" + key, "f"), 5, "v")
        .Put(FieldKey("h" + key, "g"), 5, "v");
  }
  DecodeOptions decode;
  decode.jsonl = true;
  EncodeRun run(snapshot.Bytes(), decode);
  EncodeReport report = run.Run();
  CHECK(report.good());
  CHECK(report.self_test.matched);
  CHECK(report.self_test.not_canonical == 0);
  CHECK(report.self_test.expected == 0);
  const Files tree = run.Tree();
  decode.force = true;
  CHECK(run.Decoded(decode).at(FileOf("lists")) == tree.at(FileOf("lists")));

  // Other bytes that say the same: lines, members and fields in another order.
  run.Edit(FileOf("hashes"),
           Line(R"("fields":[{"name":"g","value":"v"},{"value":"v","name":"f"}],"key":"hb")") +
               Line("\"key\":\"ha\"," + Fields({"f", "g"})) +
               Line("\"key\":\"hc\"," + Fields({"f", "g"}) + ",\"expire_at_ms\":null"));
  run.Seal();
  run.options.force = true;
  report = run.Run();
  CHECK(report.good());
  CHECK(report.self_test.not_canonical == 1);

  // A list cut otherwise: said beforehand.
  std::string lists = tree.at(FileOf("lists"));
  lists.insert(lists.find("[\"") + 1, "\"more\",");
  run.Edit(FileOf("lists"), lists);
  run.Seal();
  report = run.Run();
  CHECK(report.good());
  CHECK(EncodeRun::ErrorsOf(report).empty());

  // Files of one key beside the lines.
  run.Edit(InDb("hashes-00001.jsonl"), "");
  std::filesystem::create_directories(run.tree(InDb("hashes")));
  run.Edit(HashPath("extra"), HashText({{"f", "v"}}));
  run.Edit(FileOf("strings", 1), Line(R"("key":"0","value":"first")"));
  run.Seal();
  report = run.Run();
  CHECK(EncodeRun::ErrorsOf(report).empty());
  CHECK(report.good());
  const Files again = run.Decoded(decode);
  CHECK(again.at(FileOf("hashes")).find("\"extra\"") != std::string::npos);
  CHECK(again.at(FileOf("strings")).starts_with("{\"key\":\"0\""));
}

TEST_CASE("encode lines: the self-test sees lines that come out otherwise") {
  SnapshotBuilder snapshot;
  snapshot.Put(StrKey("a"), 5, StringValue("v"));
  DecodeOptions decode;
  decode.jsonl = true;
  EncodeRun run(snapshot.Bytes(), decode);
  // What the manifest says decides how the snapshot is compared.
  run.Edit("MANIFEST.json", [&] {
    std::string text = ReadWholeFile(run.tree("MANIFEST.json"));
    for (const std::string& what : Strings{",\n    \"layout\": \"jsonl\""}) {
      const size_t at = text.find(what);
      REQUIRE(at != std::string::npos);
      text.erase(at, what.size());
    }
    return text;
  }());
  run.Seal();
  const EncodeReport report = run.Run();
  CHECK(EncodeRun::ErrorsOf(report).empty());
  CHECK(report.self_test.expected == 2);
}

}  // namespace
}  // namespace snaptree::test
