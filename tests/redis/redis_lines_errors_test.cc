// Lines of keys that are wrong, or stand twice: what is refused, and where (spec 08).
#include <catch2/catch.hpp>

#include "tests/support/redis_lines.h"

namespace snaptree::test {
namespace {

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

}  // namespace
}  // namespace snaptree::test
