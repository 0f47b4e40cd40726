// From files to rows, bytes of the specification: spec 03 chapter 11.
#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "base/text.h"
#include "tests/support/dynamodb_rows.h"
#include "tests/support/dynamodb_tree.h"
#include "tests/support/encoded_rows.h"

namespace snaptree::test {
namespace {

using namespace ddb;

using Rows = std::map<std::string, std::string>;

constexpr const char* kTableV2 =
    "004453010a066f7264657273120d0a08637573746f6d6572120153120b0a06726567696f6e12015312070a02747312"
    "01"
    "4e1a0e0a08637573746f6d65721202747322330a0962792d726567696f6e12260a0c0a06726567696f6e1202747312"
    "16"
    "0a07494e434c5544451205746f74616c12046e6f74652802";
constexpr const char* kItemV3 =
    "216464627c6974656d7c62334a6b5a584a7a7c337c633c313e00010202010300ff313239350001";
constexpr const char* kItemV4 =
    "004449010a0b0a0362696e12041a0200ff0a0f0a026273120942070a01010a0202030a120a08637573746f6d657212"
    "0"
    "60a04633c313e0a140a046c697374120c4a0a0a030a01780a031201310a1c0a036d6170121552130a070a016112024"
    "a"
    "000a080a016b12030a01760a090a036e696c120228010a080a026e6f120220000a120a046e756d73120a3a080a0132"
    "0"
    "a03312e300a080a026f6b120220010a0e0a06726567696f6e12040a0265750a100a0474616773120832060a01620a0"
    "1"
    "610a100a05746f74616c120712052d31322e350a0e0a027473120812063132392e3530";
constexpr const char* kIndexV5 =
    "216464627c6773697c62334a6b5a584a7a7c337c596e6b74636d566e615739757c657500010202010300ff31323935"
    "0001"
    "633c313e00010202010300ff313239350001";

constexpr const char* kLineOfI =
    R"({"bin":{"B":"AP8="},"bs":{"BS":["AQ==","AgM="]},"customer":{"S":"c\u003c1\u003e"},)"
    R"("list":{"L":[{"S":"x"},{"N":"1"}]},"map":{"M":{"a":{"L":[]},"k":{"S":"v"}}},)"
    R"("nil":{"NULL":true},"no":{"BOOL":false},"nums":{"NS":["2","1.0"]},"ok":{"BOOL":true},)"
    R"("region":{"S":"eu"},"tags":{"SS":["b","a"]},"total":{"N":"-12.5"},"ts":{"N":"129.50"}})";

TEST_CASE("encode V11: the schema is that of the vector") {
  const std::string schema = kOrdersSchema;
  CHECK(schema.size() == 807);
  CHECK(Sha256::HexOf(schema) ==
        "c0c1b91919d20c6eec6e0e0b84f0601228dd50665729be14afd502c55f90fbc1");
}

TEST_CASE("encode V15: a complete snapshot of five rows") {
  EncodedRows out = EncodeFiles({
      {"dynamodb/orders/_schema.json", kOrdersSchema},
      {"dynamodb/orders/items/whatever/x.json",
       R"({"customer":{"S":"c<1>"},"ts":{"N":"129.50"},"region":{"S":"eu"},"total":{"N":"-12.5"}})"},
      {"dynamodb/orders/items/c2/y.json",
       R"({"customer":{"S":"c2"},"ts":{"N":"-3"},"total":{"N":"1"}})"},
  });
  REQUIRE(out.errors.empty());
  const std::string prefix = "!ddb|item|b3JkZXJz|1|";
  const std::string x = prefix + Unhex("633c313e00010202010300ff313239350001");
  const std::string y = prefix + Unhex("6332000100fffdfefeffcc0001");
  const Rows expected = {
      {"!ddb|gsi|b3JkZXJz|1|YnktcmVnaW9u|" +
           Unhex("657500010202010300ff313239350001633c313e00010202010300ff313239350001"),
       x},
      {y,
       Unhex("004449010a100a08637573746f6d657212040a0263320a0c0a05746f74616c12031201310a0a0a027473"
             "120412022d33")},
      {x,
       Unhex("004449010a120a08637573746f6d657212060a04633c313e0a0e0a06726567696f6e12040a0265750a10"
             "0a05746f74616c120712052d31322e350a0e0a027473120812063132392e3530")},
      {Unhex("216464627c6d6574617c67656e7c62334a6b5a584a7a"), "1"},
      {Unhex("216464627c6d6574617c7461626c657c62334a6b5a584a7a"),
       Unhex(std::string(kTableV2) + "3801")},
  };
  CHECK(out.rows == expected);
  const Slice payload = Slice(out.snapshot).substr(16, out.snapshot.size() - 20);
  CHECK(payload.size() == 651);
  CHECK(Sha256::HexOf(payload) ==
        "6bd4103857c8d6c62a2bf89090c753fcef2f7223295c47b67d63019e592f8e4f");
  CHECK(out.report.adapters.at(0).records == 2);
  // Names do not matter, but are told.
  CHECK(out.findings() == std::vector<std::string>{"warning ddb_name_mismatch 2"});
  CHECK(out.differences.count("dynamodb/orders/items/c2/-3.json") == 1);
}

TEST_CASE("encode V1 to V5: item I of generation 3, from a file and from a line") {
  const bool lines = GENERATE(false, true);
  Files files = {{"dynamodb/orders/_schema.json", kOrdersSchema},
                 {"dynamodb/orders/_schema_ext.json",
                  "{\n  \"format_version\": 1,\n  \"generation\": 3\n}\n"}};
  EncodeFilesOptions options;
  options.manifest.dynamodb_jsonl = lines;
  if (lines) {
    files["dynamodb/orders/items/data-00001.jsonl"] = std::string(kLineOfI) + "\n";
  } else {
    files["dynamodb/orders/items/c%3C1%3E/259%2F2.json"] = kLineOfI;
  }
  const EncodedRows out = EncodeFiles(files, options);
  REQUIRE(out.errors.empty());
  CHECK(out.findings().empty());
  CHECK(out.differences.empty());
  const Rows expected = {
      {Unhex(kIndexV5), Unhex(kItemV3)},
      {Unhex(kItemV3), Unhex(kItemV4)},
      {Unhex("216464627c6d6574617c67656e7c62334a6b5a584a7a"), "3"},
      {Unhex("216464627c6d6574617c7461626c657c62334a6b5a584a7a"),
       Unhex(std::string(kTableV2) + "3803")},
  };
  CHECK(out.rows == expected);
}

TEST_CASE("encode V10: small values, and the record of a table") {
  struct Small {
    const char* json;
    const char* hex;
  };
  const Small small = GENERATE(
      Small{R"({"id":{"S":"a"}})", "004449010a090a02696412030a0161"},
      Small{R"({"":{"S":""},"id":{"S":"a"}})", "004449010a060a0012020a000a090a02696412030a0161"},
      Small{R"({"id":{"B":""}})", "004449010a080a02696412021a00"},
      Small{R"({"l":{"L":[]},"id":{"S":"a"}})", "004449010a090a02696412030a01610a070a016c12024a00"},
      Small{R"({"m":{"M":{}},"id":{"S":"a"}})", "004449010a090a02696412030a01610a070a016d12025200"},
      Small{R"({"n":{"NULL":true},"id":{"S":"a"}})",
            "004449010a090a02696412030a01610a070a016e12022801"},
      Small{R"({"b":{"BOOL":false},"id":{"S":"a"}})",
            "004449010a070a0162120220000a090a02696412030a0161"},
      Small{R"({"bs":{"BS":[""]},"id":{"S":"a"}})",
            "004449010a0a0a026273120442020a000a090a02696412030a0161"},
      Small{R"({"id":{"S":"a"},"e":{"SS":[]}})",
            "004449010a070a0165120232000a090a02696412030a0161"});
  EncodeFilesOptions options;
  options.choices.allow_key_type_mismatch = true;
  const EncodedRows out = EncodeFiles({{"dynamodb/s/_schema.json", SchemaFile("s", "id", 'S')},
                                       {"dynamodb/s/items/a.json", small.json}},
                                      options);
  INFO(small.json);
  REQUIRE(out.errors.empty());
  REQUIRE(out.rows.size() == 3);
  CHECK(Hex(out.rows.begin()->second) == small.hex);
  CHECK(Hex(out.rows.at(TableRow("s"))) == "004453010a017312070a0269641201531a040a02696428023801");
  CHECK(out.rows.at(CounterRow("s")) == "1");
}

TEST_CASE("encode V7 and V8: segments of keys") {
  struct KeyVector {
    char type;
    const char* text;  // as JSON has it
    const char* segment;
  };
  const KeyVector v = GENERATE(
      KeyVector{'S', "a", "610001"}, KeyVector{'S', "", "0001"}, KeyVector{'B', "", "0001"},
      KeyVector{'S', "a\\u0000b", "6100ff620001"},
      KeyVector{'S', "a\\u0000\\u0001", "6100ff010001"}, KeyVector{'B', "AAEC", "00ff01020001"},
      KeyVector{'S', "1", "310001"}, KeyVector{'N', "1", "0202010100ff310001"},
      KeyVector{'N', "0e99", "010001"}, KeyVector{'N', "-0.5", "00fffeffca0001"},
      KeyVector{'N', "-0.05", "00ffff0101ffca0001"}, KeyVector{'N', "1e-7", "0200fffef900ff310001"},
      KeyVector{'N', "1e256", "020202010100ff310001"}, KeyVector{'N', "1e 5", "0202010600ff310001"},
      KeyVector{'N', "1e1000001", "0202030f424200ff310001"});
  const std::string item = std::string("{\"h\":{\"") + v.type + "\":\"" + v.text + "\"}}";
  const EncodedRows out = EncodeFiles({{"dynamodb/t/_schema.json", SchemaFile("t", "h", v.type)},
                                       {"dynamodb/t/items/x.json", item}});
  INFO(item);
  REQUIRE(out.errors.empty());
  CHECK(out.rows.count(ItemRow("t", 1, Unhex(v.segment))) == 1);
}

TEST_CASE("encode: attributes and entries of maps are brought into byte order") {
  const EncodedRows out = EncodeFiles(OneItem(
      R"({"z":{"M":{"b":{"M":{"2":{"S":"y"},"1":{"S":"x"}}},"a":{"N":"1"},"\u00e9":{"S":""},"Z":{"S":"c"}}},)"
      R"("h":{"S":"a"},"":{"BOOL":true}})"));
  REQUIRE(out.errors.empty());
  CHECK(out.rows.at(ItemRow("t", 1, Segment("a"))) ==
        Item({{"", Bool(true)},
              {"h", S("a")},
              {"z", M({{"Z", S("c")},
                       {"a", N("1")},
                       {"b", M({{"1", S("x")}, {"2", S("y")}})},
                       {"\xc3\xa9", S("")}})}}));
}

TEST_CASE("encode: lengths of every size, whole and in pieces") {
  const auto size = static_cast<size_t>(GENERATE(0, 1, 117, 118, 119, 120, 125, 126, 127, 128, 129,
                                                 16370, 16380, 16384, 70000, 3000000));
  const std::string text(size, 'x');
  const EncodedRows out =
      EncodeFiles(OneItem(R"({"l":{"L":[{"M":{"k":{"S":")" + text +
                          R"("}}}]},"h":{"S":"a"},"a":{"SS":[")" + text + R"("]}})"));
  REQUIRE(out.errors.empty());
  CHECK(out.rows.at(ItemRow("t", 1, Segment("a"))) ==
        Item({{"a", Ss({text})}, {"h", S("a")}, {"l", L({M({{"k", S(text)}})})}}));
}

}  // namespace
}  // namespace snaptree::test
