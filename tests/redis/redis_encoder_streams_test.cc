// Stream files that people edited (spec 02 chapter 7).
#include <catch2/catch.hpp>

#include "tests/support/encoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

using Rows = std::map<std::string, std::string>;
constexpr const char* kStream = "redis/db_0/streams/s.jsonl";

EncodedRows Encode(const std::string& text) { return EncodeFiles({{kStream, text}}); }

std::string Entry(const std::string& id, const std::string& fields = "") {
  return "{\"id\":\"" + id + "\",\"fields\":[" + fields + "]}\n";
}
std::string Meta(const std::string& length, const std::string& ms, const std::string& seq,
                 const std::string& rest = ",\"expire_at_ms\":null") {
  return "{\"_meta\":true,\"length\":" + length + ",\"last_ms\":" + ms + ",\"last_seq\":" + seq +
         rest + "}\n";
}
std::string Invalid(size_t line) {
  return "RedisEncodeInvalidJSON " + std::string(kStream) + ": line " + std::to_string(line);
}

TEST_CASE("encode: a stream without entries, and one that expires") {
  const EncodedRows out = Encode(Meta("0", "5", "6", ",\"expire_at_ms\":77"));
  CHECK(out.rows == Rows{{MetaKeyOf("stream", "s"), StreamMetaValue({0, 5, 6, 77, 0, 0})},
                         {TtlKey("s"), U64(77)}});
  CHECK(out.findings().empty());
  CHECK(Encode(Meta("0", "18446744073709551615", "18446744073709551615"))
            .rows.at(MetaKeyOf("stream", "s")) == StreamMetaValue({0, UINT64_MAX, UINT64_MAX}));
}

TEST_CASE("encode: IDs are written in canonical form") {
  const EncodedRows out = Encode(Entry("0007-01") + Meta("1", "7", "1"));
  CHECK(out.rows.at(EntryKey("s", 7, 1)) == EntryValue("7-1", {}));
  CHECK(out.findings() == Strings{"note redis_respelled 1"});
  CHECK(out.differences == std::set<std::string>{kStream});
}

TEST_CASE("encode: fields of an entry, in their order, duplicates too") {
  const EncodedRows out = Encode(
      "{\"fields\":[{\"value\":\"1\",\"name\":\"b\"},{\"name\":\"a\",\"value\":\"\"},"
      "{\"name\":\"b\",\"value\":\"" +
      std::string(300, 'x') + "\"}],\"id\":\"1-0\"}\n" + Meta("1", "1", "0"));
  CHECK(out.rows.at(EntryKey("s", 1, 0)) ==
        EntryValue("1-0", {"b", "1", "a", "", "b", std::string(300, 'x')}));
  CHECK(out.findings().empty());
}

TEST_CASE("encode: an entry 0-0 is told") {
  const EncodedRows out = Encode(Entry("0-0") + Meta("1", "0", "0"));
  CHECK(out.rows.count(EntryKey("s", 0, 0)) == 1);
  CHECK(out.findings() == Strings{"warning redis_stream_entry_zero 1"});
}

TEST_CASE("encode: fields that are not UTF-8") {
  const std::string bytes = "{\"name\":\"f\",\"value\":{\"base64\":\"_w\"}}";
  CHECK(Encode(Entry("1-0", bytes) + Entry("2-0") + Meta("2", "2", "0")).errors ==
        Strings{"RedisStreamFieldNotUTF8 " + std::string(kStream) + ": line 1"});
  CHECK(Encode(Entry("1-0", "{\"name\":{\"base64\":\"_w\"},\"value\":\"\"}") + Meta("1", "1", "0"))
            .errors == Strings{"RedisStreamFieldNotUTF8 " + std::string(kStream) + ": line 1"});
  const EncodedRows text =
      Encode(Entry("1-0", "{\"name\":\"f\",\"value\":{\"base64\":\"YQ\"}}") + Meta("1", "1", "0"));
  CHECK(text.rows.at(EntryKey("s", 1, 0)) == EntryValue("1-0", {"f", "a"}));
  CHECK(text.findings().empty());
}

TEST_CASE("encode: wrong lines are all told") {
  CHECK(Encode("{}\n" + Entry("1-0") + "\n" + Entry("1") + Entry("2-0") + "nonsense\n" +
               Meta("9", "9", "9"))
            .errors == Strings{Invalid(1), Invalid(3), Invalid(4), Invalid(6)});
  for (const std::string& id : Strings{"", "-", "1-", "-1", "1", "a-1", "1-2-3", "+1-0", " 1-0",
                                       "18446744073709551616-0"}) {
    INFO(id);
    CHECK(Encode(Entry(id) + Meta("1", "1", "0")).errors == Strings{Invalid(1)});
  }
  for (const std::string& line :
       Strings{"{\"id\":1,\"fields\":[]}\n", "{\"id\":\"1-0\"}\n", "{\"fields\":[]}\n",
               "{\"id\":\"1-0\",\"fields\":null}\n", "{\"id\":\"1-0\",\"fields\":[\"a\"]}\n",
               "{\"id\":\"1-0\",\"fields\":[{\"name\":\"a\"}]}\n",
               "{\"id\":\"1-0\",\"id\":\"1-0\",\"fields\":[]}\n",
               "{\"id\":\"1-0\",\"fields\":[],\"length\":1}\n",
               "{\"id\":\"1-0\",\"fields\":[]}{}\n", "{\"id\":\"1-0\",\"fields\":[]},\n"}) {
    INFO(line);
    CHECK(Encode(line + Meta("1", "1", "0")).errors == Strings{Invalid(1)});
  }
}

TEST_CASE("encode: the order of entries") {
  CHECK(Encode(Entry("2-0") + Entry("1-0") + Meta("2", "2", "0")).errors == Strings{Invalid(2)});
  CHECK(Encode(Entry("1-1") + Entry("1-1") + Meta("2", "1", "1")).errors == Strings{Invalid(2)});
  CHECK(Encode(Entry("1-2") + Entry("1-10") + Entry("10-0") + Meta("3", "10", "0")).errors.empty());
}

TEST_CASE("encode: the line of the stream itself") {
  const std::string entry = Entry("5-5");
  CHECK(Encode(entry).errors == Strings{"RedisEncodeInvalidJSON " + std::string(kStream)});
  CHECK(Encode("").errors == Strings{"RedisEncodeInvalidJSON " + std::string(kStream)});
  CHECK(Encode(entry + Meta("1", "5", "5") + Meta("1", "5", "5")).errors == Strings{Invalid(3)});
  CHECK(Encode(Meta("1", "5", "5") + entry).errors == Strings{Invalid(1), Invalid(2)});
  CHECK(Encode(entry + Meta("1", "5", "5") + "\n").errors == Strings{Invalid(3)});
  CHECK(Encode(entry + Meta("2", "5", "5")).errors == Strings{Invalid(2)});
  CHECK(Encode(entry + Meta("-1", "5", "5")).errors == Strings{Invalid(2)});
  CHECK(Encode(entry + Meta("1.0", "5", "5")).errors == Strings{Invalid(2)});
  CHECK(Encode(entry + Meta("1", "5", "4")).errors == Strings{Invalid(2)});
  CHECK(Encode(entry + Meta("1", "4", "9")).errors == Strings{Invalid(2)});
  CHECK(Encode(entry + Meta("1", "6", "0")).errors.empty());
  CHECK(Encode(entry + "{\"_meta\":false,\"length\":1,\"last_ms\":5,\"last_seq\":5}").errors ==
        Strings{Invalid(2)});
  CHECK(Encode(entry + "{\"_meta\":true,\"last_ms\":5,\"last_seq\":5}").errors ==
        Strings{Invalid(2)});
  CHECK(Encode(entry + "{\"_meta\":true,\"length\":1,\"last_seq\":5}").errors ==
        Strings{Invalid(2)});
  CHECK(Encode(entry + Meta("1", "5", "5", ",\"id\":\"6-0\"")).errors == Strings{Invalid(2)});
  // Without a newline at the end, and with blanks.
  std::string bare = Meta("1", "5", "5");
  bare.pop_back();
  CHECK(Encode(entry + bare).findings().empty());
  CHECK(Encode("  " + entry + bare + " \r\n").findings().empty());

  const EncodedRows out = Encode(entry + Meta("1", "5", "5", ",\"extra\":{},\"expire_at_ms\":0"));
  CHECK(out.errors.empty());
  CHECK(out.findings() == Strings{"note redis_respelled 1", "warning unknown_member 1"});
  CHECK(Encode(entry + Meta("1", "5", "5", "")).findings().empty());
}

TEST_CASE("encode: streams that come in pieces") {
  std::vector<EntryText> entries;
  Rows expected;
  for (uint64_t i = 1; i <= 30000; ++i) {
    const std::string id = std::to_string(i) + "-0";
    const Strings fields = {"f\xc3\xa9", "\"value\" " + std::to_string(i)};
    entries.push_back({id, fields});
    expected[EntryKey("s", i, 0)] = EntryValue(id, fields);
  }
  expected[MetaKeyOf("stream", "s")] = StreamMetaValue({30000, 30000, 0});
  std::string text = StreamText(entries, 30000, 0);
  REQUIRE(text.size() > size_t{1} << 20);
  const EncodedRows out = Encode(text);
  CHECK((out.rows == expected));
  CHECK(out.findings().empty());
  text.insert(text.rfind("{\"id\"") + 1, "x");
  CHECK(Encode(text).errors == Strings{Invalid(30000)});
}

}  // namespace
}  // namespace snaptree::test
