// Schemas, generations and indexes from files to rows: spec 03 sections 6.1, 6.2 and 6.4.
#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/dynamodb_rows.h"
#include "tests/support/dynamodb_tree.h"
#include "tests/support/encoded_rows.h"

namespace snaptree::test {
namespace {

using namespace ddb;

using Strings = std::vector<std::string>;

constexpr const char* kHead = R"({"format_version":1,"table_name":"t",)";
constexpr const char* kKey = R"("primary_key":{"hash_key":{"name":"h"}})";

Strings SchemaErrors(const std::string& schema) {
  return EncodeFiles({{"dynamodb/t/_schema.json", schema}}).errors;
}

TEST_CASE("encode: schemas that are refused") {
  const std::string index =
      R"(,"global_secondary_indexes":[{"name":"i","key_schema":{"hash_key":{"name":"g"}}}])";
  const std::string head = kHead;
  const std::string key = kKey;
  const std::string schema = GENERATE_COPY(
      std::string(), std::string("[]"), std::string("null"), head + key + "}}", head + key + "}x",
      R"({"table_name":"t",)" + key + "}", R"({"format_version":2,"table_name":"t",)" + key + "}",
      R"({"format_version":"1","table_name":"t",)" + key + "}",
      R"({"format_version":1.0,"table_name":"t",)" + key + "}",
      R"({"format_version":1,)" + key + "}", R"({"format_version":1,"table_name":" ",)" + key + "}",
      R"({"format_version":1,"Table_Name":"t",)" + key + "}",
      R"({"format_version":1,"table_name":1,)" + key + "}",
      R"({"format_version":1,"table_name":"u",)" + key + "}",
      head + R"("table_name":"t",)" + key + "}", head + R"("x":1})", head + R"("primary_key":{}})",
      head + R"("primary_key":[]})", head + R"("primary_key":{"hash_key":{"name":" "}}})",
      head + R"("primary_key":{"hash_key":{}}})", head + R"("primary_key":{"hash_key":"h"}})",
      head + R"("primary_key":{"hash_key":{"name":"h","name":"h"}}})",
      head + R"("primary_key":{"hash_key":{"name":"h"},"range_key":null}})",
      head +
          R"("primary_key":{"hash_key":{"name":"h","type":"N"}},"attribute_definitions":[{"name":"h","type":"S"}]})",
      head + key + R"(,"attribute_definitions":{}})",
      head + key + R"(,"attribute_definitions":[1]})",
      head + key + R"(,"attribute_definitions":[{"name":"h","type":1}]})",
      head + key + R"(,"attribute_definitions":[{"name":"","type":"S"}]})",
      head + key + R"(,"attribute_definitions":[{"name":"h","type":"S"},{"name":"h","type":"S"}]})",
      head + key + R"(,"global_secondary_indexes":{}})",
      head + key + R"(,"global_secondary_indexes":[{"name":"i"}]})",
      head + key +
          R"(,"global_secondary_indexes":[{"name":" ","key_schema":{"hash_key":{"name":"g"}}}]})",
      head + key +
          R"(,"global_secondary_indexes":[{"name":"i","key_schema":{"hash_key":{"name":""}}}]})",
      head + key +
          R"(,"global_secondary_indexes":[{"name":"i","key_schema":{"hash_key":{"name":"g"}},)" +
          R"("projection":{"type":"SOME"}}]})",
      head + key +
          R"(,"global_secondary_indexes":[{"name":"i","key_schema":{"hash_key":{"name":"g"}},)" +
          R"("projection":{"type":"INCLUDE","non_key_attributes":[1]}}]})",
      head + key + index + index + "}",
      head + key +
          R"(,"global_secondary_indexes":[{"name":"i","key_schema":{"hash_key":{"name":"g"}}},)" +
          R"({"name":"i","key_schema":{"hash_key":{"name":"g"}}}]})",
      head + key + ",\"x\":\"\\ud800\"}", head + key + ",\"x\":\"\xff\"}");
  INFO(schema);
  CHECK(SchemaErrors(schema) == Strings{"DdbEncodeInvalidSchema dynamodb/t/_schema.json"});
}

TEST_CASE("encode: a table without a schema") {
  CHECK(EncodeFiles({{"dynamodb/t/items/a.json", "{}"}}).errors ==
        Strings{"DdbEncodeInvalidSchema dynamodb/t/_schema.json"});
}

TEST_CASE("encode: what a schema may lack or have") {
  struct Odd {
    std::string rest;
    const char* finding;  // "": none
  };
  const Odd odd = GENERATE(
      Odd{R"("primary_key":{"hash_key":{"name":"h"},"range_key":{"name":""}})", ""},
      Odd{R"("primary_key":{"hash_key":{"name":"h","type":"S"}})", "ddb_definition_added"},
      Odd{R"("primary_key":{"hash_key":{"name":"h","type":"X"}},"attribute_definitions":[{"name":"h","type":"X"}])",
          "ddb_key_type_unusual"},
      Odd{R"("primary_key":{"hash_key":{"name":"h"}},"global_secondary_indexes":[{"name":"i",)"
          R"("key_schema":{"hash_key":{"name":"g"}},"projection":{"type":"ALL","non_key_attributes":["x"]}}])",
          "ddb_projection_attributes"});
  const EncodedRows out = EncodeFiles({{"dynamodb/t/_schema.json", kHead + odd.rest + "}\n"}});
  INFO(odd.rest);
  REQUIRE(out.errors.empty());
  CHECK(out.findings() ==
        (*odd.finding == 0 ? Strings{} : Strings{std::string("warning ") + odd.finding + " 1"}));
  CHECK(out.rows.size() == 2);
}

TEST_CASE("encode: names of tables and their folders") {
  struct Name {
    const char* json;
    const char* folder;
    const char* name;
  };
  const Name name = GENERATE(Name{"a/b", "a%2Fb", "a/b"},
                             Name{"..", "5ec1f7e700f37c3d0b2981d04855fc34__..", ".."},
                             Name{".", "cdb4ee2aea69cc6a83331bbe96dc2caa__.", "."},
                             Name{" x ", "%20x%20", " x "}, Name{"\\u00e9", "%C3%A9", "\xc3\xa9"});
  const EncodedRows out = EncodeFiles({{std::string("dynamodb/") + name.folder + "/_schema.json",
                                        SchemaFile(name.json, "h", 'S')}});
  REQUIRE(out.errors.empty());
  CHECK(out.rows.count(TableRow(name.name)) == 1);
  CHECK(out.rows.at(CounterRow(name.name)) == "1");
}

TEST_CASE("encode: generations and counters") {
  struct Extension {
    const char* text;
    std::optional<uint64_t> option;
    uint64_t generation;
    const char* counter;
    const char* finding;
    bool differs;
  };
  const Extension e = GENERATE(
      Extension{R"({"format_version":1,"generation":7})", {}, 7, "7", "", false},
      Extension{
          R"({"format_version":1,"generation":7,"generation_counter":9})", {}, 7, "9", "", false},
      Extension{R"({"format_version":1,"generation":7,"generation_counter":3})",
                {},
                7,
                "7",
                "note ddb_counter_raised 1",
                true},
      Extension{R"({"format_version":1,"generation":7,"generation_counter":9})", 1, 1, "9", "",
                true},
      Extension{R"({"format_version":1,"generation":7})", 8, 8, "8", "", true},
      Extension{R"({"format_version":1})", {}, 1, "1", "", true},
      Extension{R"({"format_version":1,"generation":0})", {}, 1, "1", "", true},
      Extension{R"({"format_version":1,"generation":72057594037927935})",
                {},
                72057594037927935,
                "72057594037927935",
                "",
                false},
      Extension{R"({"format_version":1,"generation":2,"migrating_from_generation":1})",
                {},
                2,
                "2",
                "note ddb_table_migrated 1",
                true},
      Extension{R"({"format_version":1,"generation":2,"key_encoding_version":0})",
                {},
                2,
                "2",
                "note ddb_table_migrated 1",
                true});
  EncodeFilesOptions options;
  options.choices.ddb_generation = e.option;
  const EncodedRows out = EncodeFiles({{"dynamodb/t/_schema.json", SchemaFile("t", "h", 'S')},
                                       {"dynamodb/t/_schema_ext.json", e.text},
                                       {"dynamodb/t/items/a.json", R"({"h":{"S":"a"}})"}},
                                      options);
  INFO(e.text);
  REQUIRE(out.errors.empty());
  CHECK(out.rows.at(TableRow("t")) == TableValue({"t", {{"h", "S"}}, "h", "", 2, 0, e.generation}));
  CHECK(out.rows.at(CounterRow("t")) == e.counter);
  CHECK(out.rows.count(ItemRow("t", e.generation, Segment("a"))) == 1);
  CHECK(out.findings() == (*e.finding == 0 ? Strings{} : Strings{e.finding}));
  CHECK(out.differences.count("dynamodb/t/_schema_ext.json") == (e.differs ? 1 : 0));
}

TEST_CASE("encode: fields of a newer server stand behind the others") {
  const std::string unknown = Field(9, "new") + Field(6, "not a number");
  const std::string text =
      R"({"format_version":1,"generation":1,"unknown_fields":")" + Base64Url(unknown) + "\"}";
  const EncodedRows out = EncodeFiles({{"dynamodb/t/_schema.json", SchemaFile("t", "h", 'S')},
                                       {"dynamodb/t/_schema_ext.json", text}});
  REQUIRE(out.errors.empty());
  CHECK(out.rows.at(TableRow("t")) == TableValue({"t", {{"h", "S"}}, "h"}) + unknown);
  CHECK(out.differences.empty());
}

TEST_CASE("encode: extension files that are refused") {
  const std::string text = GENERATE(
      std::string("{}"), std::string("[]"), std::string(), std::string(R"({"format_version":2})"),
      std::string(R"({"format_version":1,"generation":-1})"),
      std::string(R"({"format_version":1,"generation":1.0})"),
      std::string(R"({"format_version":1,"generation":"1"})"),
      std::string(R"({"format_version":1,"generation":18446744073709551616})"),
      std::string(R"({"format_version":1,"generation":72057594037927936})"),
      std::string(R"({"format_version":1,"generation":18446744073709551615})"),
      std::string(R"({"format_version":1,"generation_counter":72057594037927936})"),
      std::string(R"({"format_version":1,"generation_counter":18446744073709551615})"),
      std::string(R"({"format_version":1,"generation":1,"generation":1})"),
      std::string(R"({"format_version":1,"generation":1}})"),
      std::string(R"({"format_version":1,"unknown_fields":1})"),
      std::string(R"({"format_version":1,"unknown_fields":"*"})"),
      std::string(R"({"format_version":1,"unknown_fields":"AA"})"),
      // Fields 6 and 1, which would change the table.
      R"({"format_version":1,"unknown_fields":")" + Base64Url(Flag(6, true)) + "\"}",
      R"({"format_version":1,"unknown_fields":")" + Base64Url(Field(1, "u")) + "\"}");
  INFO(text);
  const EncodedRows out = EncodeFiles({{"dynamodb/t/_schema.json", SchemaFile("t", "h", 'S')},
                                       {"dynamodb/t/_schema_ext.json", text}});
  CHECK(out.errors == Strings{"DdbEncodeInvalidSchema dynamodb/t/_schema_ext.json"});
  CHECK(!out.statuses.at(0).info().next.empty());
}

TEST_CASE("encode: a generation that the caller gives and no table can have") {
  EncodeFilesOptions options;
  options.choices.ddb_generation = GENERATE(uint64_t{1} << 56, UINT64_MAX);
  const EncodedRows out =
      EncodeFiles({{"dynamodb/t/_schema.json", SchemaFile("t", "h", 'S')}}, options);
  CHECK(out.errors == Strings{"DdbEncodeInvalidSchema dynamodb/t/_schema.json"});
  CHECK(out.statuses.at(0).info().next.find("--ddb-generation") != std::string::npos);
}

TEST_CASE("encode: members that no row holds are told with their place") {
  const std::string schema = R"({"format_version":1,"table_name":"t","x":[1,2.5,null],)"
                             R"("primary_key":{"hash_key":{"name":"h","z":1},"range_kay":{}},)"
                             R"("attribute_definitions":[{"name":"h","type":"S","tipe":"S"}],)"
                             R"("global_secondary_indexes":[{"name":"i","nmae":1,)"
                             R"("key_schema":{"hash_key":{"name":"g"},"Range_key":{}},)"
                             R"("projection":{"type":"ALL","non_key":[]}}]})";
  const EncodedRows out =
      EncodeFiles({{"dynamodb/t/_schema.json", schema},
                   {"dynamodb/t/_schema_ext.json", R"({"format_version":1,"genration":7})"}});
  REQUIRE(out.errors.empty());
  CHECK(out.findings() == Strings{"warning ddb_member_ignored 8"});
  std::set<std::string> examples;
  for (const auto& [text, count] : out.report.findings.by_code().at("ddb_member_ignored").examples)
    examples.insert(text);
  for (const char* one : {R"(dynamodb/t/_schema.json: "x")",
                          R"(dynamodb/t/_schema.json: "range_kay" of "primary_key")",
                          R"(dynamodb/t/_schema_ext.json: "genration")"}) {
    INFO(one);
    CHECK(examples.count(one) == 1);
  }
  CHECK(out.differences ==
        std::set<std::string>{"dynamodb/t/_schema.json", "dynamodb/t/_schema_ext.json"});
  // An index that is misspelled is lost, but not in silence.
  const EncodedRows lost = EncodeFiles(
      {{"dynamodb/t/_schema.json",
        R"({"format_version":1,"table_name":"t","primary_key":{"hash_key":{"name":"h"}},)"
        R"("global_secondary_index":[]})"}});
  CHECK(lost.findings() == Strings{"warning ddb_member_ignored 1"});
}

TEST_CASE("encode: where a schema is no JSON") {
  struct Wrong {
    std::string text;
    const char* found;
    const char* next;
  };
  const Wrong wrong = GENERATE(
      Wrong{"{\"format_version\":1 \"x\":2}", "at byte 20", "mend"},
      Wrong{"{\"a\":1,}", "at byte 7", "mend"}, Wrong{"{\"a\":\"\xff\"}", "at byte 6", "mend"},
      Wrong{"{\"a\":1}x", "at byte 7", "mend"},
      Wrong{"\xef\xbb\xbf{\"format_version\":1}", "a byte order mark", "without a byte order"});
  INFO(wrong.text);
  const bool extension = GENERATE(false, true);
  Files files = {{"dynamodb/t/_schema.json", SchemaFile("t", "h", 'S')}};
  files[extension ? "dynamodb/t/_schema_ext.json" : "dynamodb/t/_schema.json"] = wrong.text;
  const EncodedRows out = EncodeFiles(files);
  REQUIRE(out.errors.size() == 1);
  const ErrorInfo& info = out.statuses[0].info();
  CAPTURE(info.found, info.next);
  CHECK(info.found.find(wrong.found) != std::string::npos);
  CHECK(info.next.find(wrong.next) != std::string::npos);
}

TEST_CASE("encode: empty tables, with and without their folder, and rows without a table") {
  EncodeFilesOptions options;
  options.folders = {"dynamodb/t/items"};
  const Files files = {{"dynamodb/t/_schema.json", SchemaFile("t", "h", 'S')},
                       {"dynamodb/~orphan_rows.jsonl", "not read"}};
  const EncodedRows out = EncodeFiles(files, options);
  CHECK(out.errors.empty());
  CHECK(out.findings() == Strings{"note ddb_orphan_rows_left_out 1"});
  CHECK(out.snapshot == EncodeFiles(files).snapshot);
  options.manifest.dynamodb_jsonl = true;
  CHECK(EncodeFiles(files, options).snapshot == out.snapshot);
}

// The keys of index rows of table "t", and that all of them lead to item "a".
Strings IndexKeys(const EncodedRows& out) {
  Strings keys;
  for (const auto& [key, value] : out.rows) {
    if (!key.starts_with("!ddb|gsi|")) continue;
    keys.push_back(key.substr(std::string("!ddb|gsi|dA|1|").size()));
    CHECK(value == ItemRow("t", 1, Segment("a")));
  }
  return keys;
}

TEST_CASE("encode: rows of indexes") {
  const std::string schema =
      SchemaFile("t", "h", 'S', "", 0, IndexText("i", "g") + "," + IndexText("j", "g", "s"));
  const std::string i = Base64Url("i") + "|";
  const std::string j = Base64Url("j") + "|";
  const std::string a = Segment("a");
  const std::string one = Segment(Unhex("020201010031"));
  const auto encode = [&](const std::string& rest, EncodeFilesOptions options = {}) {
    return EncodeFiles({{"dynamodb/t/_schema.json", schema},
                        {"dynamodb/t/items/a.json", R"({"h":{"S":"a"})" + rest + "}"}},
                       options);
  };
  CHECK(IndexKeys(encode("")).empty());
  CHECK(IndexKeys(encode(R"(,"s":{"S":"x"})")).empty());
  CHECK(IndexKeys(encode(R"(,"s":{"BOOL":true})")).empty());
  CHECK(IndexKeys(encode(R"(,"g":{"S":""})")) == Strings{i + Segment("") + a});
  CHECK(IndexKeys(encode(R"(,"g":{"S":"x"},"s":{"N":"1.0"})")) ==
        Strings{i + Segment("x") + a, j + Segment("x") + one + a});
  CHECK(IndexKeys(encode(R"(,"g":{"B":"AAE="},"s":{"B":""})")) ==
        Strings{i + Segment(std::string("\0\x01", 2)) + a,
                j + Segment(std::string("\0\x01", 2)) + Segment("") + a});

  const Strings refused = {"DdbEncodeIndexKey dynamodb/t/items/a.json"};
  EncodeFilesOptions options;
  options.choices.skip_bad_index_keys = true;
  for (const char* rest :
       {R"(,"g":{"BOOL":true})", R"(,"g":{"N":"abc"})", R"(,"g":{"SS":["a"]},"s":{"S":"x"})"}) {
    INFO(rest);
    CHECK(encode(rest).errors == refused);
    const EncodedRows skipped = encode(rest, options);
    CHECK(skipped.errors.empty());
    CHECK(skipped.finding("ddb_index_key_skipped") == "warning 2");
    CHECK(IndexKeys(skipped).empty());
  }
  CHECK(encode(R"(,"g":{"S":"x"},"s":{"N":"0x"})").errors == refused);
  const EncodedRows skipped = encode(R"(,"g":{"S":"x"},"s":{"N":"0x"})", options);
  CHECK(skipped.finding("ddb_index_key_skipped") == "warning 1");
  CHECK(IndexKeys(skipped) == Strings{i + Segment("x") + a});
}

TEST_CASE("encode: hash and range key may be one attribute, indexes may use key attributes") {
  const EncodedRows out = EncodeFiles(
      {{"dynamodb/t/_schema.json", SchemaFile("t", "h", 'S', "h", 0, IndexText("i", "h", "h"))},
       {"dynamodb/t/items/a/a.json", R"({"h":{"S":"a"}})"}});
  REQUIRE(out.errors.empty());
  CHECK(out.findings().empty());
  const std::string item = ItemRow("t", 1, Segment("a") + Segment("a"));
  CHECK(out.rows.count(item) == 1);
  CHECK(out.rows.at("!ddb|gsi|dA|1|aQ|" + Segment("a") + Segment("a") + Segment("a") +
                    Segment("a")) == item);
}

TEST_CASE("encode: many tables, one of them wrong") {
  Files files;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "t" + std::to_string(i);
    files["dynamodb/" + name + "/_schema.json"] = i == 77 ? "{}" : SchemaFile(name, "h", 'S');
    files["dynamodb/" + name + "/items/a.json"] = i == 78 ? "[]" : R"({"h":{"S":"a"}})";
  }
  CHECK(EncodeFiles(files).errors == Strings{"DdbEncodeInvalidSchema dynamodb/t77/_schema.json",
                                             "DdbEncodeInvalidItem dynamodb/t78/items/a.json"});
  files.erase("dynamodb/t77/_schema.json");
  files.erase("dynamodb/t77/items/a.json");
  files["dynamodb/t78/items/a.json"] = R"({"h":{"S":"a"}})";
  const EncodedRows out = EncodeFiles(files);
  CHECK(out.errors.empty());
  CHECK(out.rows.size() == 299 * 3);
}

}  // namespace
}  // namespace snaptree::test
