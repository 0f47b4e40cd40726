// Items as people edit them: spec 03 section 6.3, each row of its table, and what stands in a
// folder of items.
#include <catch2/catch.hpp>

#include "adapters/common/row_writer.h"
#include "adapters/dynamodb/dynamodb_item_message.h"
#include "tests/support/dynamodb_rows.h"
#include "tests/support/dynamodb_tree.h"
#include "tests/support/encoded_rows.h"

namespace snaptree::test {
namespace {

using namespace ddb;

using Strings = std::vector<std::string>;

// An item "a" with one more attribute, of any size that the parser takes in one way or the other.
std::string With(const std::string& attribute, bool large) {
  return R"({"h":{"S":"a"},)" +
         (large ? R"("pad":{"S":")" + std::string(1100000, 'p') + R"("},)" : "") + attribute + "}";
}

TEST_CASE("encode: items that are no items") {
  const bool large = GENERATE(false, true);
  const std::string attribute = GENERATE(
      R"("x":null)", R"("x":1)", R"("x":"s")", R"("x":[])", R"("x":true)", R"("x":{})",
      R"("x":{"S":"a","N":"1"})", R"("x":{"S":"a","S":"a"})", R"("x":{"s":"a"})",
      R"("x":{"Q":"a"})", R"("x":{"S":1})", R"("x":{"S":null})", R"("x":{"S":["a"]})",
      R"("x":{"N":1})", R"("x":{"N":1e999})", R"("x":{"N":12345678901234567890123})",
      R"("x":{"B":1})", R"("x":{"BOOL":"true"})", R"("x":{"BOOL":1})", R"("x":{"NULL":null})",
      R"("x":{"NULL":"true"})", R"("x":{"SS":"a"})", R"("x":{"SS":[1]})", R"("x":{"SS":[["a"]]})",
      R"("x":{"SS":[{"S":"a"}]})", R"("x":{"NS":[1]})", R"("x":{"NS":{}})", R"("x":{"BS":["*"]})",
      R"("x":{"L":{}})", R"("x":{"L":["a"]})", R"("x":{"L":[[]]})", R"("x":{"L":[null]})",
      R"("x":{"M":[]})", R"("x":{"M":{"a":"b"}})", R"("x":{"M":{"a":{"S":"1"},"a":{"S":"2"}}})",
      R"("x":{"S":"1"},"x":{"S":"2"})", R"("h":{"S":"a"})", R"("x":{"B":"AP8"})",
      R"("x":{"B":"AP9="})", R"("x":{"B":"AP8=\n"})", R"("x":{"B":"AP-="})", R"("x":{"B":"="})",
      R"("x":{"B":"===="})", R"("x":{"B":"A"})", R"("x":{"S":"\ud800"})", R"("x":{"S":"\udc00"})",
      R"("x":{"S":"\ud800\ud800"})", R"("\udc00":{"S":"a"})", R"("\ud800x":{"S":"a"})",
      "\"x\":{\"S\":\"\xff\"}", "\"x\":{\"S\":\"\xed\xa0\x80\"}", "\"x\":{\"S\":\"\xc0\x80\"}",
      "\"x\xff\":{\"S\":\"\"}", "\"x\":{\"S\":\"\t\"}", R"("x":{"S":"\x"})", R"("x":{"S":'a'})",
      R"(x:{"S":"a"})", R"("x":{"S":"a",})", R"("x":{"SS":["a",]})", R"("x":{"S":"a"},)",
      R"("x":{"S":"a"}})", R"("x":{"S":"a"]})", R"("x":{"S":"a"}/**/)");
  const EncodedRows out = EncodeFiles(OneItem(With(attribute, large)));
  INFO(attribute);
  CHECK(out.errors == Strings{"DdbEncodeInvalidItem dynamodb/t/items/a.json"});
}

TEST_CASE("encode: files that do not hold one item") {
  const bool large = GENERATE(false, true);
  const std::string blanks(large ? 1100000 : 1, ' ');
  const std::string item = R"({"h":{"S":"a"}})";
  const std::string text = GENERATE_COPY(
      std::string(), std::string("null"), std::string("[]"), std::string("\"a\""), std::string("1"),
      "[" + item + "]", item + "}", item + "]", item + item, item + " null", "\xef\xbb\xbf" + item,
      item + std::string(1, '\0'), item + std::string(1, '\0') + "x", item.substr(1),
      item.substr(0, 9), std::string("{\"h\""), std::string("{\"h\":{"), std::string("{]"));
  const EncodedRows out = EncodeFiles(OneItem(text + blanks));
  INFO(text);
  CHECK(out.errors == Strings{"DdbEncodeInvalidItem dynamodb/t/items/a.json"});
  CHECK(!out.statuses.at(0).info().next.empty());
  // White space around it is none of that.
  CHECK(EncodeFiles(OneItem(blanks + item + blanks + "\r\n")).errors.empty());
}

std::string Nested(int levels, bool lists) {
  std::string text = R"({"S":"x"})";
  for (int i = 1; i < levels; ++i) {
    text = lists ? R"({"L":[)" + text + "]}" : R"({"M":{"k":)" + text + "}}";
  }
  return "\"x\":" + text;
}

TEST_CASE("encode: nesting") {
  const bool lists = GENERATE(false, true);
  const bool large = GENERATE(false, true);
  CHECK(EncodeFiles(OneItem(With(Nested(32, lists), large))).errors.empty());
  const int deep = GENERATE(33, 34, 300, 2000, 20000);
  CHECK(EncodeFiles(OneItem(With(Nested(deep, lists), large))).errors ==
        Strings{"DdbEncodeTooDeep dynamodb/t/items/a.json"});
}

TEST_CASE("encode: what is told and kept, or mended") {
  struct Odd {
    const char* attribute;
    const char* finding;
    bool differs;
  };
  const Odd odd = GENERATE(Odd{R"("x":{"NULL":false})", "ddb_null_false", true},
                           Odd{R"("x":{"L":[{"M":{"k":{"NULL":false}}}]})", "ddb_null_false", true},
                           Odd{R"("x":{"SS":[]})", "ddb_empty_set", false},
                           Odd{R"("x":{"NS":[]})", "ddb_empty_set", false},
                           Odd{R"("x":{"SS":["a","b","a"]})", "ddb_set_duplicate", false},
                           Odd{R"("x":{"NS":["1","1.0"]})", "ddb_set_duplicate", false},
                           Odd{R"("x":{"NS":["100","2","1e2"]})", "ddb_set_duplicate", false},
                           Odd{R"("x":{"BS":["AQ==","AQ=="]})", "ddb_set_duplicate", false},
                           Odd{R"("x":{"N":"abc"})", "ddb_number_not_decimal", false},
                           Odd{R"("x":{"N":""})", "ddb_number_not_decimal", false},
                           Odd{R"("x":{"L":[{"N":"0x1"}]})", "ddb_number_not_decimal", false},
                           Odd{R"("x":{"NS":["NaN"]})", "ddb_number_not_decimal", false},
                           Odd{R"("x":{"N":"1e126"})", "ddb_number_out_of_range", false},
                           Odd{R"("x":{"N":"-9e-131"})", "ddb_number_out_of_range", false},
                           Odd{R"("x":{"N":"123456789012345678901234567890123456789"})",
                               "ddb_number_out_of_range", false});
  const EncodedRows out = EncodeFiles(OneItem(With(odd.attribute, false)));
  INFO(odd.attribute);
  REQUIRE(out.errors.empty());
  CHECK(out.findings() == Strings{std::string("warning ") + odd.finding + " 1"});
  CHECK(out.differences.count("dynamodb/t/items/a.json") == (odd.differs ? 1 : 0));
}

TEST_CASE("encode: numbers and sets about which there is nothing to tell") {
  const char* attribute = GENERATE(
      R"("x":{"N":"9.9999999999999999999999999999999999999e125"})", R"("x":{"N":"1e-130"})",
      R"("x":{"N":"-0"})", R"("x":{"N":"0e999"})",
      R"("x":{"N":"12345678901234567890123456789012345678"})",
      R"("x":{"N":"1234567890123456789012345678901234567800"})", R"("x":{"NS":["1","2","-1"]})",
      R"("x":{"NS":["1","10"]})", R"("x":{"SS":["","a"]})", R"("x":{"BS":["","AA=="]})");
  const EncodedRows out = EncodeFiles(OneItem(With(attribute, false)));
  INFO(attribute);
  CHECK(out.errors.empty());
  CHECK(out.findings().empty());
}

TEST_CASE("encode: NULL is always true, empty sets stay or go") {
  const std::string item = With(
      R"("b":{"NULL":false},"e":{"SS":[]},"l":{"L":[{"NS":[]},{"S":"1"}]},"m":{"M":{"e":{"BS":[]},"k":{"S":"2"}}})",
      false);
  EncodeFilesOptions options;
  const std::string key = ItemRow("t", 1, Segment("a"));
  CHECK(EncodeFiles(OneItem(item), options).rows.at(key) ==
        Item({{"b", Null()},
              {"e", Ss({})},
              {"h", S("a")},
              {"l", L({Ns({}), S("1")})},
              {"m", M({{"e", Bs({})}, {"k", S("2")}})}}));
  options.choices.ddb_drop_empty_sets = true;
  const EncodedRows dropped = EncodeFiles(OneItem(item), options);
  CHECK(dropped.rows.at(key) ==
        Item({{"b", Null()}, {"h", S("a")}, {"l", L({S("1")})}, {"m", M({{"k", S("2")}})}}));
  CHECK(dropped.finding("ddb_empty_set") == "warning 1");
  CHECK(dropped.differences.count("dynamodb/t/items/a.json") == 1);
}

TEST_CASE("encode: an empty set that is dropped is still one of two attributes") {
  EncodeFilesOptions options;
  options.choices.ddb_drop_empty_sets = true;
  const std::string attribute =
      GENERATE(R"("x":{"SS":[]},"x":{"S":"1"})", R"("x":{"S":"1"},"x":{"SS":[]})",
               R"("x":{"NS":[]},"x":{"SS":[]})", R"("h":{"BS":[]})",
               R"("m":{"M":{"x":{"SS":[]},"a":{"S":""},"x":{"S":"1"}}})");
  INFO(attribute);
  CHECK(EncodeFiles(OneItem(With(attribute, false)), options).errors ==
        Strings{"DdbEncodeInvalidItem dynamodb/t/items/a.json"});
}

TEST_CASE("encode: where an item is no JSON") {
  const bool large = GENERATE(false, true);
  const std::string blanks(large ? 1100000 : 0, ' ');
  const EncodedRows comma = EncodeFiles(OneItem(R"({"h":{"S":"a"},})" + blanks));
  REQUIRE(comma.errors.size() == 1);
  CHECK(comma.statuses[0].info().found.find("at byte 15") != std::string::npos);
  const EncodedRows mark = EncodeFiles(OneItem("\xef\xbb\xbf{\"h\":{\"S\":\"a\"}}" + blanks));
  REQUIRE(mark.errors.size() == 1);
  CHECK(mark.statuses[0].info().found == "a byte order mark at byte 0");
  CHECK(mark.statuses[0].info().next.find("without a byte order mark") != std::string::npos);
}

TEST_CASE("encode: keys that are missing or wrong") {
  const char* item =
      GENERATE(R"({})", R"({"r":{"S":"a"}})", R"({"h":{"BOOL":true},"r":{"S":"a"}})",
               R"({"h":{"SS":["a"]},"r":{"S":"a"}})", R"({"h":{"M":{}},"r":{"S":"a"}})",
               R"({"h":{"S":"a"},"r":{"NULL":true}})", R"({"h":{"S":"a"}})",
               R"({"h":{"N":"abc"},"r":{"S":"a"}})", R"({"h":{"N":"1/2"},"r":{"S":"a"}})",
               R"({"h":{"N":""},"r":{"S":"a"}})");
  const Files files = {{"dynamodb/t/_schema.json", SchemaFile("t", "h", 0, "r", 0)},
                       {"dynamodb/t/items/a/a.json", item},
                       {"dynamodb/t/items/b/b.json", R"({"h":{"S":"b"},"r":{"S":"b"}})"}};
  EncodeFilesOptions options;
  CHECK(EncodeFiles(files, options).errors ==
        Strings{"DdbEncodeInvalidKey dynamodb/t/items/a/a.json"});
  options.choices.skip_invalid_items = true;
  const EncodedRows out = EncodeFiles(files, options);
  CHECK(out.errors.empty());
  CHECK(out.finding("ddb_invalid_key_skipped") == "warning 1");
  CHECK(out.differences.count("dynamodb/t/items/a/a.json") == 1);
  CHECK(out.report.adapters.at(0).records == 1);
}

TEST_CASE("encode: keys of another type than declared") {
  EncodeFilesOptions options;
  const std::string number = R"({"h":{"N":"5"}})";
  CHECK(EncodeFiles(OneItem(number, "5~N.json")).findings().empty());
  CHECK(EncodeFiles(OneItem(number, "5.json")).errors ==
        Strings{"DdbEncodeKeyType dynamodb/t/items/5.json"});
  CHECK(EncodeFiles(OneItem(number, "5~B.json")).errors ==
        Strings{"DdbEncodeKeyType dynamodb/t/items/5~B.json"});
  // A copy that was edited: only its name is wrong.
  CHECK(EncodeFiles(OneItem(number, "4~N.json")).findings() ==
        Strings{"warning ddb_name_mismatch 1"});
  options.choices.allow_key_type_mismatch = true;
  const EncodedRows out = EncodeFiles(OneItem(number, "5.json"), options);
  CHECK(out.errors.empty());
  CHECK(out.findings() == Strings{"warning ddb_key_type_mismatch 1", "note name_not_canonical 1"});
  CHECK(out.differences.count("dynamodb/t/items/5~N.json") == 1);

  // The part that is meant is the one with the suffix.
  const std::string schema = SchemaFile("t", "h", 'S', "r", 'S');
  const std::string both = R"({"h":{"N":"5"},"r":{"B":"AQ=="}})";
  const auto code = [&](const std::string& path) {
    const EncodedRows encoded =
        EncodeFiles({{"dynamodb/t/_schema.json", schema}, {"dynamodb/t/items/" + path, both}});
    return encoded.errors.empty() ? "" : encoded.errors[0].substr(0, encoded.errors[0].find(' '));
  };
  CHECK(code("5~N/b64.AQ~B.json").empty());
  CHECK(code("5/b64.AQ~B.json") == "DdbEncodeKeyType");
  CHECK(code("5~N/b64.AQ.json") == "DdbEncodeKeyType");
  CHECK(code("b64.AQ~B.json") == "DdbEncodeKeyType");
}

TEST_CASE("encode: lines have no names, keys of another type are told") {
  EncodeFilesOptions options;
  options.manifest.dynamodb_jsonl = true;
  const EncodedRows out = EncodeFiles(
      OneItem("{\"h\":{\"N\":\"5\"}}\n{\"h\":{\"S\":\"5\"}}", "data-00001.jsonl"), options);
  CHECK(out.errors.empty());
  CHECK(out.findings() == Strings{"warning ddb_key_type_mismatch 1"});
  CHECK(out.rows.size() == 4);
}

TEST_CASE("encode: names") {
  struct Name {
    char declared;
    const char* item;
    const char* path;
  };
  // V14 and others: nothing is told of what decode writes.
  const Name name =
      GENERATE(Name{'S', R"({"h":{"S":"5"}})", "5.json"}, Name{'S', R"({"h":{"S":""}})", ".json"},
               Name{'S', R"({"h":{"S":".."}})", "...json"},
               Name{'S', R"({"h":{"S":"b64.x"}})", "261e3e281e06e9789437999358e26046__b64.x.json"},
               Name{'B', R"({"h":{"B":"AAEC"}})", "b64.AAEC.json"},
               Name{'N', R"({"h":{"N":"0.1"}})", "1%2F10.json"},
               Name{'N', R"({"h":{"N":" 1e 5 "}})", "1e%205.json"},
               Name{0, R"({"h":{"N":"5"}})", "5~N.json"}, Name{0, R"({"h":{"S":"5"}})", "5.json"},
               Name{0, R"({"h":{"B":"AQ=="}})", "b64.AQ.json"});
  EncodeFilesOptions options;
  options.choices.strict = true;
  const std::string schema = SchemaFile("t", "h", name.declared);
  const EncodedRows out = EncodeFiles({{"dynamodb/t/_schema.json", schema},
                                       {std::string("dynamodb/t/items/") + name.path, name.item}},
                                      options);
  INFO(name.path);
  CHECK(out.errors.empty());
  CHECK(out.findings().empty());
  CHECK(out.differences.count(std::string("dynamodb/t/items/") + name.path) == 0);
}

TEST_CASE("encode: a name that is not that of the key") {
  const std::string item = R"({"h":{"S":"b"}})";
  const EncodedRows out = EncodeFiles(OneItem(item));
  CHECK(out.errors.empty());
  REQUIRE(out.findings() == Strings{"warning ddb_name_mismatch 1"});
  CHECK(out.report.findings.by_code().at("ddb_name_mismatch").examples.begin()->first ==
        "dynamodb/t/items/a.json holds b.json");
  CHECK(out.differences.count("dynamodb/t/items/a.json") == 1);
  CHECK(out.differences.count("dynamodb/t/items/b.json") == 1);
  EncodeFilesOptions options;
  options.choices.strict = true;
  CHECK(EncodeFiles(OneItem(item), options).errors ==
        Strings{"DdbEncodeNameMismatch dynamodb/t/items/a.json"});
  // A name of the Go tools, which know no suffixes.
  const EncodedRows go = EncodeFiles({{"dynamodb/t/_schema.json", SchemaFile("t", "h", 0)},
                                      {"dynamodb/t/items/5.json", R"({"h":{"N":"5"}})"}},
                                     options);
  CHECK(go.errors.empty());
  CHECK(go.findings() == Strings{"note name_not_canonical 1"});
}

TEST_CASE("encode: two items with one key") {
  const Files files = {{"dynamodb/t/_schema.json", SchemaFile("t", "h", 'N')},
                       {"dynamodb/t/items/1.json", R"({"h":{"N":"1"}})"},
                       {"dynamodb/t/items/x/1.json", R"({"h":{"N":"1.0"}})"}};
  const EncodedRows out = EncodeFiles(files);
  REQUIRE(out.errors == Strings{"DuplicateKey dynamodb/t/items/1.json"});
  CHECK(out.statuses[0].info().found.find("dynamodb/t/items/x/1.json") != std::string::npos);

  EncodeFilesOptions options;
  options.manifest.dynamodb_jsonl = true;
  const EncodedRows lines =
      EncodeFiles(OneItem("{\"h\":{\"S\":\"a\"}}\n{\"h\":{\"S\":\"b\"}}\n{\"h\":{\"S\":\"a\"}}\n",
                          "data-00001.jsonl"),
                  options);
  REQUIRE(lines.errors == Strings{"DuplicateKey dynamodb/t/items/data-00001.jsonl: line 1"});
  CHECK(lines.statuses[0].info().found.find("data-00001.jsonl: line 3") != std::string::npos);
}

TEST_CASE("encode: files that are no items") {
  Files files = OneItem(R"({"h":{"S":"a"}})");
  for (const char* path :
       {"readme.txt", "dynamodb/x.txt", "dynamodb/t/x.json", "dynamodb/t/old/x.json",
        "dynamodb/t/items/a.txt", "dynamodb/t/items/a.json~", "dynamodb/t/items/b/c/d.json",
        "dynamodb/t/items/data-00001.jsonl", "dynamodb/t/items/b/x"}) {
    if (std::string(path) != "readme.txt") files[path] = "x";
  }
  CHECK(EncodeFiles(files).errors ==
        Strings{"UnexpectedFile dynamodb/t/items/a.json~", "UnexpectedFile dynamodb/t/items/a.txt",
                "UnexpectedFile dynamodb/t/items/b/c", "UnexpectedFile dynamodb/t/items/b/x",
                "UnexpectedFile dynamodb/t/items/data-00001.jsonl", "UnexpectedFile dynamodb/t/old",
                "UnexpectedFile dynamodb/t/x.json", "UnexpectedFile dynamodb/x.txt"});
  EncodeFilesOptions options;
  options.choices.ignore_extra = true;
  const EncodedRows out = EncodeFiles(files, options);
  CHECK(out.errors.empty());
  CHECK(out.finding("unexpected_file") == "warning 8");
  CHECK(out.rows.size() == 3);
}

TEST_CASE("encode: lines, their errors and their folder") {
  EncodeFilesOptions options;
  options.manifest.dynamodb_jsonl = true;
  std::string lines;
  for (int i = 1; i <= 3000; ++i) {
    lines +=
        i == 7 || i == 2999 ? "{\"h\":{}}\n" : "{\"h\":{\"S\":\"" + std::to_string(i) + "\"}}\n";
  }
  Files files = OneItem(lines, "data-00001.jsonl");
  files["dynamodb/t/items/data-00002.jsonl"] = "{\"h\":{\"S\":\"x\"}}\n\n";
  files["dynamodb/t/items/a.json"] = R"({"h":{"S":"a"}})";
  files["dynamodb/t/items/sub/data-00003.jsonl"] = "";
  CHECK(EncodeFiles(files, options).errors ==
        Strings{"UnexpectedFile dynamodb/t/items/a.json",
                "DdbEncodeInvalidItem dynamodb/t/items/data-00001.jsonl: line 7",
                "DdbEncodeInvalidItem dynamodb/t/items/data-00001.jsonl: line 2999",
                "UnexpectedFile dynamodb/t/items/sub"});
  // Blank lines are passed over, and counted.
  const EncodedRows blanks =
      EncodeFiles(OneItem("\n{\"h\":{\"S\":\"a\"}}\n \t\r\n\n{}\n\n", "data-00001.jsonl"), options);
  CHECK(blanks.errors == Strings{"DdbEncodeInvalidKey dynamodb/t/items/data-00001.jsonl: line 5"});
  const EncodedRows good = EncodeFiles(
      OneItem("\n{\"h\":{\"S\":\"a\"}}\n\n{\"h\":{\"S\":\"b\"}}\n", "data-00001.jsonl"), options);
  CHECK(good.errors.empty());
  CHECK(good.report.adapters.at(0).records == 2);
  CHECK(good.differences.count("dynamodb/t/items/data-00001.jsonl") == 1);
  // The last newline may be missing; carriage returns are white space.
  const EncodedRows out = EncodeFiles(
      OneItem("{\"h\":{\"S\":\"a\"}}\r\n{\"h\":{\"S\":\"b\"}}", "data-00001.jsonl"), options);
  CHECK(out.errors.empty());
  CHECK(out.report.adapters.at(0).records == 2);
}

TEST_CASE("encode: files of lines that are missing") {
  EncodeFilesOptions options;
  options.manifest.dynamodb_jsonl = true;
  const auto errors_of = [&](const Strings& names) {
    Files files = OneItem("{\"h\":{\"S\":\"a\"}}", names[0]);
    for (const std::string& name : names)
      files["dynamodb/t/items/" + name] = R"({"h":{"S":")" + name + "\"}}\n";
    const EncodedRows out = EncodeFiles(files, options);
    for (const Status& error : out.statuses) CHECK(!error.info().next.empty());
    return out.errors;
  };
  const auto missing = [](const std::string& name) {
    return Strings{"DdbPartMissing dynamodb/t/items/" + name};
  };
  CHECK(errors_of({"data-00001.jsonl", "data-00002.jsonl", "data-00003.jsonl"}).empty());
  CHECK(errors_of({"data-00000.jsonl", "data-00001.jsonl"}).empty());
  CHECK(errors_of({"data-00000.jsonl"}).empty());
  CHECK(errors_of({"data-00001.jsonl", "data-00003.jsonl"}) == missing("data-00002.jsonl"));
  CHECK(errors_of({"data-00000.jsonl", "data-00002.jsonl"}) == missing("data-00001.jsonl"));
  CHECK(errors_of({"data-00000.jsonl", "data-00001.jsonl", "data-00005.jsonl"}) ==
        missing("data-00002.jsonl"));
  CHECK(errors_of({"data-00002.jsonl"}) == missing("data-00001.jsonl"));
  CHECK(errors_of({"data-18446744073709551615.jsonl"}) == missing("data-00001.jsonl"));
  CHECK(errors_of({"data-00000.jsonl", "data-18446744073709551615.jsonl"}) ==
        missing("data-00001.jsonl"));
  // Names of people's own have no number to miss.
  CHECK(errors_of({"data-1.jsonl", "data-000003.jsonl", "data-0000x.jsonl",
                   "data-18446744073709551616.jsonl", "data-00001.jsonl"})
            .empty());
  for (const std::string& name : Strings{"data.jsonl", "data-00001.json", "items-00001.jsonl"})
    CHECK(errors_of({name}) == Strings{"UnexpectedFile dynamodb/t/items/" + name});
}

TEST_CASE("encode: folders of any size, lines of any size") {
  Files files = {{"dynamodb/t/_schema.json", SchemaFile("t", "h", 'S', "r", 'N')}};
  std::string lines;
  for (int i = 0; i < 1500; ++i) {
    const std::string hash = i < 1000 ? "big" : "h" + std::to_string(i % 50);
    const std::string item = R"({"h":{"S":")" + hash + R"("},"r":{"N":")" + std::to_string(i) +
                             R"("},"v":{"S":")" + std::string(i % 400 == 0 ? 1200000 : 10, 'v') +
                             "\"}}";
    files["dynamodb/t/items/" + hash + "/" + std::to_string(i) + ".json"] = item;
    lines += item + "\n";
  }
  const EncodedRows out = EncodeFiles(files);
  REQUIRE(out.errors.empty());
  CHECK(out.findings().empty());
  CHECK(out.rows.size() == 1502);
  CHECK(out.report.adapters.at(0).records == 1500);
  EncodeFilesOptions options;
  options.manifest.dynamodb_jsonl = true;
  const EncodedRows same =
      EncodeFiles({{"dynamodb/t/_schema.json", files.at("dynamodb/t/_schema.json")},
                   {"dynamodb/t/items/data-00001.jsonl", lines}},
                  options);
  CHECK(same.snapshot == out.snapshot);
}

TEST_CASE("encode: keys that no node loads") {
  const std::string text(1048576, 'k');
  const EncodedRows out = EncodeFiles(OneItem(R"({"h":{"S":")" + text + "\"}}"));
  REQUIRE(out.errors.size() == 1);
  CHECK(out.errors[0] == "DdbEncodeKeyTooLarge dynamodb/t/items/a.json");
}

// Needs two gigabytes of memory.
TEST_CASE("encode: the largest item that a node loads, and the next", "[.large]") {
  const dynamodb::KeySchema key{"h", ""};
  dynamodb::ItemMessage message(false);
  const auto encode = [&](size_t groups) {
    message.Begin(&key);
    return message.StartObject() && message.Key("b") && message.StartObject() && message.Key("B") &&
           message.String(std::string(4 * groups, 'A'));
  };
  CHECK(encode(kMaxBodyBytes / 3));
  CHECK(message.body().size() > kMaxBodyBytes);  // the row's own limit refuses this one
  CHECK_FALSE(encode(kMaxBodyBytes / 3 + 4096));
  CHECK(message.status().code() == "DdbEncodeRowTooLarge");
}

}  // namespace
}  // namespace snaptree::test
