// Keys as lines of a few files: what stands in them, by hand, and where they are cut (spec 08).
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

constexpr size_t kLongestLine = size_t{4} << 20;

DecodeRowsOptions Jsonl(uint64_t bundle_bytes = uint64_t{64} << 20) {
  DecodeRowsOptions options;
  options.jsonl = true;
  options.bundle_bytes = bundle_bytes;
  return options;
}

Strings LinesOf(const std::string& text) {
  Strings lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    REQUIRE(end != std::string::npos);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST_CASE("lines: one of each type, as the specification has them") {
  SnapshotBuilder snapshot;
  snapshot.Put(StrKey("greeting"), 5, StringValue("hello"))
      .Put(StrKey("session:abc"), 5, StringValue("v", 1735689600000))
      .Put(TtlKey("session:abc"), 5, U64(1735689600000))
      .Put(StrKey("\xff"), 5, StringValue("<b>&\xe2\x80\xa8\x01\""))
      .Put(StrKey("n"), 5, StringValue("\xfe\xff"))
      .Put(HllKey("u"), 5, HllValue(SetBlob({"a", "b"}), 9))
      .Put(HllKey("none"), 5, HllValue(""))
      .Put(MetaKeyOf("hs", "h"), 5, CountMetaValue(2, 7))
      .Put(FieldKey("h", "f"), 5, "v")
      .Put(FieldKey("h", "\xff"), 5, "<b>")
      .Put(MetaKeyOf("hs", "empty"), 5, CountMetaValue(0))
      .Put(MetaKeyOf("st", "s"), 5, CountMetaValue(2))
      .Put(SetMemberKey("s", "b"), 5, "")
      .Put(SetMemberKey("s", ""), 5, "")
      .Put(MetaKeyOf("zs", "z"), 5, CountMetaValue(3))
      .Put(ZSetMemberKey("z", "m"), 5, U64(Bits(-1.5)))
      .Put(ZSetMemberKey("z", "a"), 5, U64(0x7ff0000000000000))
      .Put(ZSetMemberKey("z", "t"), 5, U64(Bits(1e-7)))
      .Put(ListMetaKey("q"), 5, ListMetaValue(-1, 2))
      .Put(ItemKey("q", -1), 5, "left")
      .Put(ItemKey("q", 0), 5, "\xff")
      .Put(MetaKeyOf("stream", "x"), 5, StreamMetaValue({2, 1714400000001, 0, 11}))
      .Put(EntryKey("x", 1714400000000, 0), 5, EntryValue("1714400000000-0", {"event", "<in>"}))
      .Put(EntryKey("x", 1714400000001, 0), 5, EntryValue("1714400000001-0", {}))
      .Put(MetaKeyOf("stream", "y"), 5, StreamMetaValue({0, 3, 4}));
  const DecodedRows out = DecodeRows(snapshot, Jsonl());
  const Files expected = {
      {"redis/db_0/strings-00000.jsonl",
       "{\"key\":\"greeting\",\"value\":\"hello\",\"expire_at_ms\":null}\n"
       "{\"key\":\"n\",\"value\":{\"base64\":\"_v8\"},\"expire_at_ms\":null}\n"
       "{\"key\":\"session:abc\",\"value\":\"v\",\"expire_at_ms\":1735689600000}\n"
       "{\"key\":{\"base64\":\"_w\"},\"value\":\"<b>&\\u2028\\u0001\\\"\",\"expire_at_ms\":null}"
       "\n"},
      {"redis/db_0/hll-00000.jsonl",
       "{\"key\":\"none\",\"payload\":\"\",\"expire_at_ms\":null}\n"
       "{\"key\":\"u\",\"payload\":\"AFJTAQoBYQoBYg\",\"expire_at_ms\":9}\n"},
      {"redis/db_0/hashes-00000.jsonl",
       "{\"key\":\"empty\",\"fields\":[],\"expire_at_ms\":null}\n"
       "{\"key\":\"h\",\"fields\":[{\"name\":\"f\",\"value\":\"v\"},{\"name\":{\"base64\":\"_w\"},"
       "\"value\":\"<b>\"}],\"expire_at_ms\":7}\n"},
      {"redis/db_0/sets-00000.jsonl",
       "{\"key\":\"s\",\"members\":[\"\",\"b\"],\"expire_at_ms\":null}\n"},
      {"redis/db_0/zsets-00000.jsonl",
       "{\"key\":\"z\",\"members\":[{\"member\":\"a\",\"score\":\"+inf\"},{\"member\":\"m\","
       "\"score\":-1.5},{\"member\":\"t\",\"score\":1e-7}],\"expire_at_ms\":null}\n"},
      {"redis/db_0/lists-00000.jsonl",
       "{\"key\":\"q\",\"items\":[\"left\",{\"base64\":\"_w\"}],\"expire_at_ms\":null}\n"},
      {"redis/db_0/streams-00000.jsonl",
       "{\"key\":\"x\",\"entries\":[{\"id\":\"1714400000000-0\",\"fields\":[{\"name\":\"event\","
       "\"value\":\"<in>\"}]},{\"id\":\"1714400000001-0\",\"fields\":[]}],\"length\":2,"
       "\"last_ms\":1714400000001,\"last_seq\":0,\"expire_at_ms\":11}\n"
       "{\"key\":\"y\",\"entries\":[],\"length\":0,\"last_ms\":3,\"last_seq\":4,"
       "\"expire_at_ms\":null}\n"},
  };
  CHECK(out.files == expected);
  const DecodedRows files = DecodeRows(snapshot);
  CHECK(out.findings() == files.findings());
  CHECK(out.report.rows.emitted == files.report.rows.emitted);
  CHECK(out.report.records == files.report.records);
  CHECK(out.report.extensions == Strings{"redis/db_0/hashes-*.jsonl", "redis/db_0/hll-*.jsonl",
                                         "redis/db_0/lists-*.jsonl", "redis/db_0/sets-*.jsonl",
                                         "redis/db_0/streams-*.jsonl", "redis/db_0/strings-*.jsonl",
                                         "redis/db_0/zsets-*.jsonl"});
  CHECK(files.report.extensions.empty());
}

TEST_CASE("lines: keys that no file name can hold need no KEYMAP") {
  SnapshotBuilder snapshot;
  // In the order of their bytes, which is not that of their names.
  const Strings keys = {"",      std::string("\0", 1),  "-",        "/",    "\n\"\\",
                        "b64.x", std::string(300, 'x'), "\xc3\xa9", "\xff", "a/../b"};
  for (const std::string& key : keys) snapshot.Put(StrKey(key), 5, StringValue(key));
  Strings sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  std::string expected;
  for (const std::string& key : sorted)
    expected += "{\"key\":" + Bv(key) + ",\"value\":" + Bv(key) + ",\"expire_at_ms\":null}\n";
  CHECK(DecodeRows(snapshot, Jsonl()).files == Files{{"redis/db_0/strings-00000.jsonl", expected}});
}

TEST_CASE("lines: files are cut before a line that would make them too large") {
  SnapshotBuilder snapshot;
  Strings lines;
  for (const std::string& key : Strings{"a", "b", "c", "d", "e"}) {
    const std::string value(key == "d" ? 300 : 10, 'v');
    snapshot.Put(StrKey(key), 5, StringValue(value));
    lines.push_back("{\"key\":\"" + key + "\",\"value\":\"" + value +
                    "\",\"expire_at_ms\":null}\n");
  }
  const size_t size = lines[0].size();
  const auto file = [](size_t i) { return InDb("strings-0000" + std::to_string(i) + ".jsonl"); };
  CHECK(DecodeRows(snapshot, Jsonl(3 * size)).files ==
        Files{{file(0), lines[0] + lines[1] + lines[2]}, {file(1), lines[3]}, {file(2), lines[4]}});
  CHECK(DecodeRows(snapshot, Jsonl(3 * size - 1)).files == Files{{file(0), lines[0] + lines[1]},
                                                                 {file(1), lines[2]},
                                                                 {file(2), lines[3]},
                                                                 {file(3), lines[4]}});
  CHECK(DecodeRows(snapshot, Jsonl(1)).files.size() == 5);
}

TEST_CASE("lines: large collections take several lines") {
  constexpr size_t kFields = 30000;
  SnapshotBuilder snapshot;
  snapshot.Put(MetaKeyOf("hs", "h"), 5, CountMetaValue(kFields, 77));
  Strings elements;
  for (size_t i = 0; i < kFields; ++i) {
    const std::string name = std::to_string(100000 + i);
    const std::string value(i % 1000, i % 2 == 0 ? '<' : '\x01');
    snapshot.Put(FieldKey("h", name), 5, value);
    elements.push_back("{\"name\":" + Bv(name) + ",\"value\":");
  }
  snapshot.Put(MetaKeyOf("hs", "i"), 5, CountMetaValue(0));
  // Much smaller files than lines change nothing about the lines.
  const Files files = DecodeRows(snapshot, Jsonl(1)).files;
  REQUIRE(files.size() > 6);
  std::string joined;
  size_t part = 0;
  for (const auto& [path, text] : files) {
    const Strings lines = LinesOf(text);
    REQUIRE(lines.size() == 1);
    if (lines[0].starts_with("{\"key\":\"i\"")) {
      CHECK(part == files.size() - 1);
      CHECK(lines[0] == "{\"key\":\"i\",\"fields\":[],\"expire_at_ms\":null}");
      continue;
    }
    CHECK(text.size() <= kLongestLine);
    const bool last = part == files.size() - 2;
    if (!last) CHECK(text.size() > kLongestLine - (size_t{8} << 10));
    const std::string head = "{\"key\":\"h\",\"part\":" + std::to_string(part) +
                             (last ? ",\"last\":true" : "") + ",\"fields\":[";
    const std::string tail = "],\"expire_at_ms\":77}";
    REQUIRE(lines[0].starts_with(head));
    REQUIRE(lines[0].ends_with(tail));
    if (part > 0) joined += ",";
    joined += lines[0].substr(head.size(), lines[0].size() - head.size() - tail.size());
    ++part;
  }
  // Every element once, in order, between two others.
  size_t at = 0;
  for (const std::string& element : elements) {
    REQUIRE(joined.compare(at, element.size(), element) == 0);
    at = joined.find("\"},", at) + 3;
  }
}

TEST_CASE("lines: streams, lists, sets and zsets in parts") {
  SnapshotBuilder snapshot;
  const std::string large(size_t{1} << 20, 'x');
  snapshot.Put(MetaKeyOf("stream", "x"), 5, StreamMetaValue({6, 6, 0}));
  snapshot.Put(ListMetaKey("q"), 5, ListMetaValue(0, 6, 3));
  snapshot.Put(MetaKeyOf("st", "s"), 5, CountMetaValue(6));
  snapshot.Put(MetaKeyOf("zs", "z"), 5, CountMetaValue(6));
  for (uint64_t i = 1; i <= 6; ++i) {
    const std::string member = std::to_string(i) + std::string(900000, 'm');
    snapshot.Put(EntryKey("x", i, 0), 5, EntryValue(std::to_string(i) + "-0", {"f", large}))
        .Put(ItemKey("q", static_cast<int64_t>(i) - 1), 5, large)
        .Put(SetMemberKey("s", member), 5, "")
        .Put(ZSetMemberKey("z", member), 5, U64(Bits(1)));
  }
  const Files files = DecodeRows(snapshot, Jsonl()).files;
  const auto lines = [&](const std::string& type) {
    return LinesOf(files.at(InDb(type + "-00000.jsonl")));
  };
  const std::string item = "\"" + large + "\"";
  const std::string tail = "],\"expire_at_ms\":3}";
  CHECK((lines("lists") ==
         Strings{"{\"key\":\"q\",\"part\":0,\"items\":[" + item + "," + item + "," + item + tail,
                 "{\"key\":\"q\",\"part\":1,\"last\":true,\"items\":[" + item + "," + item + "," +
                     item + tail}));
  const Strings stream = lines("streams");
  REQUIRE(stream.size() == 2);
  CHECK(
      stream[0].starts_with("{\"key\":\"x\",\"part\":0,\"entries\":[{\"id\":\"1-0\",\"fields\":"));
  CHECK(stream[0].ends_with("x\"}]}]}"));
  CHECK(stream[1].starts_with(
      "{\"key\":\"x\",\"part\":1,\"last\":true,\"entries\":[{\"id\":\"4-0\""));
  CHECK(stream[1].ends_with("}],\"length\":6,\"last_ms\":6,\"last_seq\":0,\"expire_at_ms\":null}"));
  CHECK(lines("sets").size() == 2);
  CHECK(lines("zsets").size() == 2);
}

// A line may be longer than 4 MiB only for one element.
TEST_CASE("lines: elements that are larger than a line") {
  const std::string small = "s";
  const std::string text = std::string(5 << 20, '"') + "\xc3\xa9";
  const std::string noise = std::string(5 << 20, '\xfe');
  for (const std::string& huge : Strings{text, noise}) {
    SnapshotBuilder snapshot;
    snapshot.Put(ListMetaKey("alone"), 5, ListMetaValue(0, 1))
        .Put(ItemKey("alone", 0), 5, huge)
        .Put(ListMetaKey("among"), 5, ListMetaValue(0, 3))
        .Put(ItemKey("among", 0), 5, small)
        .Put(ItemKey("among", 1), 5, huge)
        .Put(ItemKey("among", 2), 5, small)
        .Put(StrKey("str"), 5, StringValue(huge, 4))
        .Put(HllKey("hll"), 5, HllValue(huge))
        .Put(MetaKeyOf("stream", "x"), 5, StreamMetaValue({2, 2, 0}))
        .Put(EntryKey("x", 1, 0), 5, EntryValue("1-0", {"a", huge, "b", small}))
        .Put(EntryKey("x", 2, 0), 5, EntryValue("2-0", {"a", small}));
    const Files files = DecodeRows(snapshot, Jsonl()).files;
    const std::string end = "],\"expire_at_ms\":null}\n";
    REQUIRE((files.at(InDb("lists-00000.jsonl")) ==
             "{\"key\":\"alone\",\"items\":[" + Bv(huge) + end +
                 "{\"key\":\"among\",\"part\":0,\"items\":[\"s\"" + end +
                 "{\"key\":\"among\",\"part\":1,\"items\":[" + Bv(huge) + end +
                 "{\"key\":\"among\",\"part\":2,\"last\":true,\"items\":[\"s\"" + end));
    REQUIRE((files.at(InDb("strings-00000.jsonl")) ==
             "{\"key\":\"str\",\"value\":" + Bv(huge) + ",\"expire_at_ms\":4}\n"));
    const std::string& hll = files.at(InDb("hll-00000.jsonl"));
    REQUIRE(hll.starts_with("{\"key\":\"hll\",\"payload\":\""));
    REQUIRE(hll.ends_with("\",\"expire_at_ms\":null}\n"));
    REQUIRE(hll.size() > huge.size() / 3 * 4);
    REQUIRE((files.at(InDb("streams-00000.jsonl")) ==
             "{\"key\":\"x\",\"part\":0,\"entries\":[{\"id\":\"1-0\",\"fields\":[{\"name\":\"a\","
             "\"value\":" +
                 Bv(huge) + "},{\"name\":\"b\",\"value\":\"s\"}]}]}\n" +
                 "{\"key\":\"x\",\"part\":1,\"last\":true,\"entries\":[{\"id\":\"2-0\",\"fields\":["
                 "{\"name\":\"a\",\"value\":\"s\"}]}],\"length\":2,\"last_ms\":2,\"last_seq\":0,"
                 "\"expire_at_ms\":null}\n"));
    // Sizes were known beforehand: the next line would not have fit.
    const Files cut =
        DecodeRows(snapshot, Jsonl(files.at(InDb("lists-00000.jsonl")).size() - 1)).files;
    CHECK(cut.count(InDb("lists-00001.jsonl")) == 1);
    CHECK(LinesOf(cut.at(InDb("lists-00001.jsonl"))).size() == 1);
  }
}

// Its text leaves no room in a line.
TEST_CASE("lines: a key of control characters does not make a line of each element") {
  const std::string key(1000000, '\x01');
  SnapshotBuilder snapshot;
  Strings members;
  for (int i = 0; i < 5000; ++i) members.push_back("m" + std::to_string(i));
  snapshot.Put(SetBlobKey(key), 5, SetBlob(members));
  const Strings lines = LinesOf(DecodeRows(snapshot, Jsonl()).files.at(InDb("sets-00000.jsonl")));
  CHECK(lines.size() == 1);
}

TEST_CASE("lines: what is selected are addresses of keys, whatever the layout") {
  SnapshotBuilder snapshot;
  snapshot.Put(StrKey("user:1"), 5, StringValue("a"))
      .Put(StrKey("user:2"), 5, StringValue("b"))
      .Put(HllKey("user:2"), 5, HllValue(""))
      .Put(MetaKeyOf("hs", "user:1x"), 5, CountMetaValue(0));
  DecodeRowsOptions options = Jsonl();
  options.filter.include = {"redis/db_0/strings/user%3A1.bin", "redis/db_0/hashes/*"};
  DecodedRows out = DecodeRows(snapshot, options);
  CHECK(out.files == Files{{InDb("strings-00000.jsonl"),
                            "{\"key\":\"user:1\",\"value\":\"a\",\"expire_at_ms\":null}\n"},
                           {InDb("hashes-00000.jsonl"),
                            "{\"key\":\"user:1x\",\"fields\":[],\"expire_at_ms\":null}\n"}});
  CHECK(out.report.rows.excluded == 2);
  options.filter = {};
  options.filter.exclude = {"redis/db_0/*"};
  CHECK(DecodeRows(snapshot, options).files.empty());
  // The names of the files are no addresses.
  options.filter = {};
  options.filter.include = {"redis/db_0/strings-00000.jsonl"};
  out = DecodeRows(snapshot, options);
  CHECK(out.files.empty());
  CHECK(out.report.unmatched.size() == 1);
}

TEST_CASE("lines: a collection of damaged rows only leaves nothing behind") {
  SnapshotBuilder snapshot;
  snapshot.Put(MetaKeyOf("zs", "a"), 5, CountMetaValue(1))
      .Put(ZSetMemberKey("a", "m"), 5, "short")
      .Put(MetaKeyOf("zs", "b"), 5, CountMetaValue(1))
      .Put(ZSetMemberKey("b", "m"), 5, U64(0));
  const DecodedRows out = DecodeRows(snapshot, Jsonl());
  CHECK(out.files.at(InDb("zsets-00000.jsonl")) ==
        "{\"key\":\"b\",\"members\":[{\"member\":\"m\",\"score\":0}],\"expire_at_ms\":null}\n");
  CHECK(out.report.rows.damaged == 1);
}

}  // namespace
}  // namespace snaptree::test
