// Tables and items from rows to files: spec 03 chapters 1 to 5, vectors V12, V14, V18 to V20.
#include <catch2/catch.hpp>

#include "adapters/dynamodb/dynamodb_item_renderer.h"
#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/dynamodb_rows.h"

namespace snaptree::test {
namespace {

using namespace ddb;

using Strings = std::vector<std::string>;

constexpr const char* kOrphans = "dynamodb/~orphan_rows.jsonl";

// A table "t" with the hash key "h" of a type, as servers of today keep it.
SnapshotBuilder TableOf(const TableFields& table) {
  SnapshotBuilder rows;
  rows.Put(TableRow(table.name), kT0, TableValue(table));
  rows.Put(CounterRow(table.name), kT0, std::to_string(table.generation));
  return rows;
}
SnapshotBuilder HashTable(const std::string& type) { return TableOf({"t", {{"h", type}}, "h"}); }

std::string Pretty(const std::string& type, const std::string& text) {
  return "{\n  \"h\": {\n    \"" + type + "\": \"" + text + "\"\n  }\n}";
}

Strings ItemPaths(const DecodedRows& out, const std::string& table = "t") {
  const std::string folder = "dynamodb/" + table + "/items/";
  Strings paths;
  for (const auto& [path, text] : out.files) {
    if (path.starts_with(folder)) paths.push_back(path.substr(folder.size()));
  }
  return paths;
}

TEST_CASE("V12: item I stands in its file, node rows of the index are derived") {
  const std::string row =
      Unhex("216464627c6974656d7c62334a6b5a584a7a7c337c633c313e00010202010300ff313239350001");
  const std::string value = Item({{"customer", S("c<1>")}, {"ts", N("129.50")}});
  SnapshotBuilder rows =
      TableOf({"orders", {{"customer", "S"}, {"ts", "N"}}, "customer", "ts", 2, 0, 3});
  rows.Put(row, kT0, value);
  rows.Put(
      Unhex("216464627c6773697c62334a6b5a584a7a7c337c596e6b74636d566e615739757c657500010202010300"
            "ff313239350001633c313e00010202010300ff313239350001"),
      kT0, row);
  const DecodedRows out = DecodeRows(rows);
  CHECK(ItemPaths(out, "orders") == Strings{"c%3C1%3E/259%2F2.json"});
  CHECK(out.findings().empty());
  CHECK(out.report.rows.emitted == 3);
  CHECK(out.report.rows.derived_index == 1);
  CHECK(out.report.records == 1);
  CHECK(out.report.losses == 0);
  CHECK(out.report.extensions == Strings{"dynamodb/*/_schema_ext.json"});
  CHECK(out.files.at("dynamodb/orders/_schema_ext.json") ==
        "{\n  \"format_version\": 1,\n  \"generation\": 3\n}\n");
}

TEST_CASE("V14: names of keys whose type is declared and of those whose is not") {
  SnapshotBuilder rows = HashTable("S");
  const auto put = [&](const std::string& raw, const std::string& value) {
    rows.Put(ItemRow("t", 1, Segment(raw)), kT0, Item({{"h", value}}));
  };
  put("5", S("5"));
  put(std::string("\x02\x02\x01\x01\x00"
                  "5",
                  6),
      N("5"));
  put("", S(""));
  put("..", S(".."));
  put("b64.x", S("b64.x"));
  put(std::string(241, 'k'), S(std::string(241, 'k')));
  put(std::string("\x00\x01\x02", 3), B(std::string("\x00\x01\x02", 3)));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.findings().empty());
  CHECK(ItemPaths(out) ==
        Strings{"...json", ".json", "261e3e281e06e9789437999358e26046__b64.x.json", "5.json",
                "5~N.json", "74bb436be223189a34bf2ce2b5ccebf5__" + std::string(64, 'k') + ".json",
                "b64.AAEC~B.json"});

  SnapshotBuilder binary = HashTable("B");
  binary.Put(ItemRow("t", 1, Segment(std::string("\x00\x01\x02", 3))), kT0,
             Item({{"h", B(std::string("\x00\x01\x02", 3))}}));
  binary.Put(ItemRow("t", 1, Segment("x")), kT0, Item({{"h", S("x")}}));
  CHECK(ItemPaths(DecodeRows(binary)) == Strings{"b64.AAEC.json", "x~S.json"});
}

TEST_CASE("without a usable definition only N has a suffix") {
  for (const Attributes& definitions :
       {Attributes{}, Attributes{{"h", "X"}}, Attributes{{"h", ""}}}) {
    SnapshotBuilder rows = TableOf({"t", definitions, "h"});
    rows.Put(ItemRow("t", 1, Segment("5")), kT0, Item({{"h", S("5")}}));
    rows.Put(ItemRow("t", 1, Segment("6")), kT0, Item({{"h", B("6")}}));
    rows.Put(ItemRow("t", 1,
                     Segment(std::string("\x02\x02\x01\x01\x00"
                                         "5",
                                         6))),
             kT0, Item({{"h", N("5.0")}}));
    CHECK(ItemPaths(DecodeRows(rows)) == Strings{"5.json", "5~N.json", "b64.Ng.json"});
  }
}

TEST_CASE("trap 9: folders that would have no name, trap 8: one attribute for both keys") {
  SnapshotBuilder rows = TableOf({"t", {{"h", "S"}, {"r", "S"}}, "h", "r"});
  for (const std::string hash : {"", ".", "..", "..."}) {
    rows.Put(ItemRow("t", 1, Segment(hash) + Segment("")), kT0,
             Item({{"h", S(hash)}, {"r", S("")}}));
  }
  rows.Put(ItemRow("t", 1, Segment("b") + Segment(".")), kT0, Item({{"h", B("b")}, {"r", S(".")}}));
  const Strings paths = ItemPaths(DecodeRows(rows));
  CHECK(paths == Strings{".../.json", "5ec1f7e700f37c3d0b2981d04855fc34__../.json",
                         "b64.Yg~B/..json", "cdb4ee2aea69cc6a83331bbe96dc2caa__./.json",
                         "e3b0c44298fc1c149afbf4c8996fb924__/.json"});

  SnapshotBuilder same = TableOf({"t", {{"h", "S"}}, "h", "h"});
  same.Put(ItemRow("t", 1, Segment("a") + Segment("a")), kT0, Item({{"h", S("a")}}));
  const DecodedRows out = DecodeRows(same);
  CHECK(ItemPaths(out) == Strings{"a/a.json"});
  CHECK(out.findings().empty());
}

TEST_CASE("names of tables: any text, and tables in the order of their rows") {
  SnapshotBuilder rows;
  const Strings names = {"..", ".", "a/b", " x ", "abc", "abcd", "ab", "\xc3\xa9", "d"};
  for (const std::string& name : names) {
    rows.Put(TableRow(name), kT0, TableValue({name, {{"h", "S"}}, "h"}));
    rows.Put(CounterRow(name), kT0, "1");
    if (name != "d") rows.Put(ItemRow(name, 1, Segment(name)), kT0, Item({{"h", S(name)}}));
  }
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.findings().empty());
  CHECK(out.report.records == names.size() - 1);
  Strings scopes;
  for (const AdapterReport& adapter : out.report.adapters) {
    if (adapter.name == "dynamodb") scopes = adapter.scopes;
  }
  std::sort(scopes.begin(), scopes.end());
  Strings sorted = names;
  std::sort(sorted.begin(), sorted.end());
  CHECK(scopes == sorted);
  for (const char* folder : {"a%2Fb", "%20x%20", "abc", "abcd", "ab", "%C3%A9", "d"}) {
    CHECK(out.files.count(std::string("dynamodb/") + folder + "/_schema.json") == 1);
  }
  CHECK(out.files.count("dynamodb/_schema.json") == 0);
  CHECK(ItemPaths(out, "abcd") == Strings{"abcd.json"});
}

TEST_CASE("V19: deleted and re-created, deleted, never there") {
  const auto items = [](SnapshotBuilder rows) {
    rows.Put(ItemRow("g", 1, Segment("e")), kT0, Item({{"h", S("e")}}));
    rows.Put(ItemRow("g", 1, Segment("f")), kT0, "no item");
    return rows;
  };
  SnapshotBuilder recreated;
  recreated.Put(TableRow("g"), kT0, TableValue({"g", {}, "h", "", 2, 0, 2}));
  recreated.Put(CounterRow("g"), kT0, "2");
  DecodedRows out = DecodeRows(items(recreated));
  CHECK(out.findings() == Strings{"note ddb_stale_generation_items 2"});
  CHECK(out.report.rows.operational == 2);
  CHECK(out.report.complete());
  CHECK(out.files.size() == 2);

  out = DecodeRows(items(SnapshotBuilder().Put(CounterRow("g"), kT0, "2")));
  CHECK(out.findings() == Strings{"note ddb_deleted_table_items 2"});
  CHECK(out.report.rows.operational == 3);
  CHECK(out.files.empty());
  DecodeRowsOptions salvage;
  salvage.salvage = true;
  out = DecodeRows(items(SnapshotBuilder().Put(CounterRow("g"), kT0, "2")), salvage);
  CHECK(out.report.rows.operational == 3);
  CHECK(out.files.count(kOrphans) == 1);

  out = DecodeRows(items(SnapshotBuilder()));
  CHECK(out.findings() == Strings{"warning ddb_orphan_items 2"});
  CHECK(out.report.rows.unknown == 2);
  CHECK_FALSE(out.report.complete());
  CHECK(out.files ==
        Files{{kOrphans,
               "{\"table\":\"g\",\"generation\":1,\"key_hex\":\"" +
                   Hex(ItemRow("g", 1, Segment("e"))) + "\",\"item\":{\"h\":{\"S\":\"e\"}}}\n" +
                   "{\"table\":\"g\",\"generation\":1,\"key_hex\":\"" +
                   Hex(ItemRow("g", 1, Segment("f"))) + "\",\"value_b64\":\"bm8gaXRlbQ\"}\n"}});
  CHECK(out.report.extensions == Strings{kOrphans});

  // Also with --no-extensions (spec 00 decision 18).
  DecodeRowsOptions plain;
  plain.extensions = false;
  CHECK(DecodeRows(items(SnapshotBuilder()), plain).files.count(kOrphans) == 1);
  CHECK(DecodeRows(items(recreated), plain).files.size() == 1);
}

TEST_CASE("trap 2: the items of a table whose record is damaged are not those of a deleted one") {
  SnapshotBuilder rows;
  rows.Put(TableRow("t"), kT0, "not a table").Put(CounterRow("t"), kT0, "1");
  rows.Put(ItemRow("t", 1, Segment("a")), kT0, Item({{"h", S("a")}}));
  DecodedRows out = DecodeRows(rows);
  CHECK(out.damaged_codes() == Strings{"DdbInvalidSchema"});
  CHECK(out.report.losses == 1);
  CHECK(out.finding("ddb_orphan_items") == "warning 1");
  CHECK(out.files.count(kOrphans) == 1);

  // The same when its MVCC row cannot be read, whatever stands below it.
  SnapshotBuilder flags;
  flags.Put(TableRow("t"), kT1, "", 0, 0x80);
  flags.Put(TableRow("t"), kT0, TableValue({"t", {{"h", "S"}}, "h"}));
  flags.Put(ItemRow("t", 1, Segment("a")), kT0, Item({{"h", S("a")}}));
  out = DecodeRows(flags);
  CHECK(out.report.losses == 1);
  CHECK(out.finding("ddb_orphan_items") == "warning 1");
  CHECK(out.files.count("dynamodb/t/_schema.json") == 0);
  // But below a deletion, or a record that is newer, it says nothing.
  SnapshotBuilder older;
  older.Put(TableRow("t"), kT0, "", 0, 0x80).Put(CounterRow("t"), kT0, "1");
  older.Put(ItemRow("t", 1, Segment("a")), kT0, Item({{"h", S("a")}}));
  CHECK(DecodeRows(SnapshotBuilder(older).Delete(TableRow("t"), kT1))
            .finding("ddb_deleted_table_items") == "note 1");
  CHECK(ItemPaths(DecodeRows(SnapshotBuilder(older).Put(
            TableRow("t"), kT1, TableValue({"t", {{"h", "S"}}, "h"})))) == Strings{"a.json"});
}

TEST_CASE("trap 11 and 12: an earlier time brings a deleted table back") {
  SnapshotBuilder rows = HashTable("S");
  rows.Put(ItemRow("t", 1, Segment("a")), kT0, Item({{"h", S("a")}}));
  rows.Delete(TableRow("t"), kT1);
  CHECK(DecodeRows(rows).files.empty());
  DecodeRowsOptions options;
  options.at = kT0;
  CHECK(DecodeRows(rows, options).files.at("dynamodb/t/items/a.json") == Pretty("S", "a"));
}

TEST_CASE("V20: keys that cannot be taken apart") {
  SnapshotBuilder rows = TableOf({"t", {{"h", "S"}}, "h", "", 2, 0, 7});
  const std::string item = Item({{"h", S("a")}});
  const std::string end("\0\x01", 2);
  for (const std::string& key :
       {std::string("!ddb|item|dA|7|"), "!ddb|item||1|a" + end, "!ddb|item|dA|01|a" + end,
        std::string("!ddb|item|dA|1|a\0", 16), std::string("!ddb|item|dA|1|a\0\x02", 17),
        std::string("!ddb|item|dA|7|a"), std::string("!ddb|item|dA|7|a|b|"),
        std::string("!ddb|item|dA"), std::string("!ddb|item|dA|7"), std::string("!ddb|item|"),
        "!ddb|item|_w|7|a" + end, "!ddb|item|dA|7|a" + end + "b" + end + "c" + end}) {
    rows.Put(key, kT0, item);
  }
  for (const char* key :
       {"!ddb|meta|table|", "!ddb|meta|table|cw==", "!ddb|meta|table|cx", "!ddb|meta|gen|cx"}) {
    rows.Put(key, kT0, "1");
  }
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.damaged_codes() == Strings(16, "DdbMalformedKey"));
  CHECK(out.report.losses == 15);  // a counter is no record
  CHECK(out.findings().empty());
  CHECK(ItemPaths(out).empty());
  CHECK(out.files.count("dynamodb/t/_schema.json") == 1);

  const DecodedRows unknown = DecodeRows(
      SnapshotBuilder().Put("!ddb|other|x", kT0, "").Put("!ddb|route|table|dA", kT0, ""));
  CHECK(unknown.findings() == Strings{"warning unknown_rows 2"});
}

TEST_CASE("counters: white space around them goes, anything else is damaged") {
  const auto with = [](const std::string& counter) {
    SnapshotBuilder rows;
    rows.Put(TableRow("t"), kT0, TableValue({"t", {}, "h", "", 2, 0, 4}));
    if (!counter.empty()) rows.Put(CounterRow("t"), kT0, counter);
    return DecodeRows(rows);
  };
  CHECK(with(" 4\n").findings().empty());
  CHECK(with("").findings() == Strings{"warning ddb_generation_mismatch 1"});
  const DecodedRows higher = with("9");
  CHECK(higher.findings() == Strings{"warning ddb_generation_mismatch 1"});
  CHECK(higher.files.at("dynamodb/t/_schema_ext.json") ==
        "{\n  \"format_version\": 1,\n  \"generation\": 4,\n  \"generation_counter\": 9\n}\n");
  for (const char* text : {"3x", "-1", "1.0", " ", "18446744073709551616"}) {
    const DecodedRows out = with(text);
    CHECK(out.damaged_codes() == Strings{"DdbInvalidCounter"});
    CHECK(out.report.losses == 0);
    CHECK(out.files.count("dynamodb/t/_schema.json") == 1);
  }
  CHECK(with(std::string(5000, ' ') + "4").damaged_codes() == Strings{"DdbInvalidCounter"});
}

TEST_CASE("what _schema_ext.json holds beyond the generation") {
  SnapshotBuilder rows;
  rows.Put(TableRow("t"), kT0, TableValue({"other", {}, "h", "", 3, 0, 0}) + Field(9, "new"));
  rows.Put(CounterRow("t"), kT0, "0");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.findings() == Strings{"warning ddb_table_name_mismatch 1"});
  CHECK(out.files.at("dynamodb/t/_schema_ext.json") ==
        "{\n  \"format_version\": 1,\n  \"generation\": 0,\n  \"key_encoding_version\": 3,\n"
        "  \"unknown_fields\": \"SgNuZXc\"\n}\n");
  CHECK(out.files.at("dynamodb/t/_schema.json").find("\"table_name\": \"t\"") != std::string::npos);
}

TEST_CASE("V18: JSON values of old servers, tables and items") {
  SnapshotBuilder rows;
  rows.Put(
      TableRow("t"), kT0,
      R"({"table_name":"t","attribute_definitions":{"g":"N","pk":"S"},"primary_key":{"hash_key":"pk"},"generation":1})");
  rows.Put(CounterRow("t"), kT0, "1");
  rows.Put(LegacyRow("t", 1, "a<b"), kT0, R"({"bin":{"B":"AP8="},"pk":{"S":"a\u003cb"}})");
  rows.Put(LegacyRow("t", 1, "c"), kT0, R"({"pk":{"S":"c"}} x)");
  const DecodedRows out = DecodeRows(rows);
  CHECK(
      out.files.at("dynamodb/t/items/a%3Cb.json") ==
      "{\n  \"bin\": {\n    \"B\": \"AP8=\"\n  },\n  \"pk\": {\n    \"S\": \"a\\u003cb\"\n  }\n}");
  CHECK(out.finding("ddb_json_value") == "warning 2");
  CHECK(out.damaged_codes() == Strings{"DdbInvalidItem"});
}

TEST_CASE("damaged items: the others go on") {
  SnapshotBuilder rows = HashTable("S");
  const Strings bad = {"",
                       "00",
                       std::string("\0DI", 3),
                       Item({}),
                       Item({{"x", S("a")}}),
                       Item({{"h", Bool(true)}}),
                       Item({{"h", S("\xff")}}),
                       Item({{"h", S("b")}, {"x", Field(11, "f")}}),
                       std::string("\0DS\x01", 4)};
  for (size_t i = 0; i < bad.size(); ++i) {
    rows.Put(ItemRow("t", 1, Segment("bad" + std::to_string(i))), kT0, bad[i]);
  }
  rows.Put(ItemRow("t", 1, Segment("good")), kT0, Item({{"h", S("good")}}));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.damaged_codes() == Strings(bad.size(), "DdbInvalidItem"));
  CHECK(out.report.losses == bad.size());
  CHECK(ItemPaths(out) == Strings{"good.json"});
  CHECK_FALSE(out.report.complete());
}

TEST_CASE("remarks about items") {
  SnapshotBuilder rows = HashTable("S");
  std::string deep = S("x");
  for (int i = 0; i < 32; ++i) deep = L({deep});
  const auto put = [&](const std::string& name, const std::string& value) {
    rows.Put(ItemRow("t", 1, Segment(name)), kT0, Item({{"h", S(name)}, {"v", value}}));
  };
  put("a", Flag(5, false));
  put("b", deep);
  put("c", Ss({}));
  put("d", S("x") + Field(77, "new") + Field(78, "new"));
  put("e", S("x") + Field(77, "new"));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.findings() == Strings{"warning ddb_empty_set 1", "warning ddb_null_false 1",
                                  "warning ddb_too_deep 1", "warning ddb_unknown_field 2"});
  CHECK(out.report.findings.by_code().at("ddb_empty_set").example() == "dynamodb/t/items/c.json");
  CHECK(out.report.findings.by_code().at("ddb_unknown_field").example() ==
        "field 77 in dynamodb/t/items/d.json");
  CHECK(ItemPaths(out).size() == 5);
}

TEST_CASE("large items: beside the row, and longer than a text is kept") {
  SnapshotBuilder rows = HashTable("S");
  const std::string blob(dynamodb::kWholeTextBytes + 5, '\x01');
  rows.Put(ItemRow("t", 1, Segment("big")), kT0, Item({{"h", S("big")}, {"v", S(blob)}}));
  rows.Put(ItemRow("t", 1, Segment("small")), kT0, Item({{"h", S("small")}}));
  const DecodedRows out = DecodeRows(rows);
  std::string escaped;
  for (size_t i = 0; i < blob.size(); ++i) escaped += "\\u0001";
  CHECK((out.files.at("dynamodb/t/items/big.json") ==
         "{\n  \"h\": {\n    \"S\": \"big\"\n  },\n  \"v\": {\n    \"S\": \"" + escaped +
             "\"\n  }\n}"));
  CHECK(out.files.at("dynamodb/t/items/small.json") == Pretty("S", "small"));
  DecodeRowsOptions lines;
  lines.dynamodb_jsonl = true;
  const DecodedRows bundle = DecodeRows(rows, lines);
  CHECK((bundle.files.at("dynamodb/t/items/data-00001.jsonl") ==
         R"({"h":{"S":"big"},"v":{"S":")" + escaped + "\"}}\n" + R"({"h":{"S":"small"}})" + "\n"));
  // The same behind a row of no table.
  const DecodedRows orphan = DecodeRows(SnapshotBuilder().Put(ItemRow("t", 1, Segment("big")), kT0,
                                                              std::string("\0DI\x01", 4) + blob));
  CHECK((orphan.files.at(kOrphans).find(Base64Url(std::string("\0DI\x01", 4) + blob)) !=
         std::string::npos));
}

}  // namespace
}  // namespace snaptree::test
