// Records of tables: spec 03 sections 2.1, 2.3, 4.2, vectors V2, V2b, V11, V18.
#include "adapters/dynamodb/dynamodb_schema.h"

#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "tests/support/dynamodb_rows.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::dynamodb {
namespace {

using test::Unhex;

constexpr const char* kOrders =
    "004453010a066f7264657273120d0a08637573746f6d6572120153120b0a06726567696f6e12015312070a027473"
    "12014e1a0e0a08637573746f6d65721202747322330a0962792d726567696f6e12260a0c0a06726567696f6e1202"
    "747312160a07494e434c5544451205746f74616c12046e6f7465";

TableSchema Parse(const std::string& value) {
  Result<TableSchema> schema = ParseTableSchema(value);
  REQUIRE(schema.ok());
  return *std::move(schema);
}

TEST_CASE("V2 and V11: the table `orders`") {
  const TableSchema schema = Parse(Unhex(std::string(kOrders) + "28023803"));
  CHECK(schema.name == "orders");
  CHECK(schema.generation == 3);
  CHECK(schema.migrating_from == 0);
  CHECK(schema.has_ordered_keys());
  CHECK(schema.unknown_fields.empty());
  const std::string text = SchemaText("orders", schema);
  CHECK(text.size() == 807);
  CHECK(Sha256::HexOf(text) == "c0c1b91919d20c6eec6e0e0b84f0601228dd50665729be14afd502c55f90fbc1");
}

TEST_CASE("V2b: legacy, migrating, encoded") {
  const TableSchema legacy = Parse(Unhex(std::string(kOrders) + "3801"));
  CHECK(legacy.generation == 1);
  CHECK_FALSE(legacy.has_ordered_keys());
  const TableSchema migrating = Parse(Unhex(std::string(kOrders) + "280230013802"));
  CHECK(migrating.generation == 2);
  CHECK(migrating.migrating_from == 1);
  CHECK(migrating.has_ordered_keys());
}

TEST_CASE("V10 and V11: the table `s`") {
  const TableSchema schema = Parse(Unhex("004453010a017312070a0269641201531a040a02696428023801"));
  const std::string text = SchemaText("s", schema);
  CHECK(text ==
        "{\n  \"format_version\": 1,\n  \"table_name\": \"s\",\n  \"primary_key\": {\n"
        "    \"hash_key\": {\n      \"name\": \"id\",\n      \"type\": \"S\"\n    },\n"
        "    \"range_key\": {}\n  },\n  \"attribute_definitions\": [\n    {\n"
        "      \"name\": \"id\",\n      \"type\": \"S\"\n    }\n  ]\n}");
  CHECK(text.size() == 237);
  CHECK(Sha256::HexOf(text) == "f4bc544802a15922fd76fca7bfbe60a53270e6983b991a2b7499cbec859f8277");
}

TEST_CASE("a table without definitions, and with odd ones") {
  const std::string text = SchemaText("t", Parse(test::ddb::TableValue({"t", {}, "h", "r"})));
  CHECK(text.find("\"attribute_definitions\": []") != std::string::npos);
  CHECK(text.find("\"hash_key\": {\n      \"name\": \"h\"\n    }") != std::string::npos);
  const std::string odd =
      SchemaText("t", Parse(test::ddb::TableValue({"t", {{"h", ""}, {"z", "X<"}}, "h", ""})));
  CHECK(odd.find("\"hash_key\": {\n      \"name\": \"h\"\n    }") != std::string::npos);
  CHECK(odd.find("\"name\": \"h\",\n      \"type\": \"\"") != std::string::npos);
  CHECK(odd.find("\"type\": \"X\\u003c\"") != std::string::npos);
}

TEST_CASE("V18: JSON records of old servers") {
  const TableSchema schema = Parse(
      R"({"table_name":"t","attribute_definitions":{"g":"N","pk":"S"},"primary_key":{"hash_key":"pk"},)"
      R"("global_secondary_indexes":{"ix":{"key_schema":{"hash_key":"g"},"projection":{"projection_type":"ALL"}}},"generation":1})");
  CHECK(schema.from_json);
  CHECK(schema.name == "t");
  CHECK(schema.key.hash == "pk");
  CHECK(schema.key.range.empty());
  CHECK(schema.generation == 1);
  CHECK_FALSE(schema.has_ordered_keys());
  const TableSchema oldest = Parse(
      R"({"table_name":"t","attribute_definitions":{"pk":"S","g":"N"},"primary_key":{"hash_key":"pk"},)"
      R"("global_secondary_indexes":{"ix":{"hash_key":"g"}},"generation":1})");
  CHECK(SchemaText("t", oldest) == SchemaText("t", schema));
  const TableSchema full = Parse(
      R"({"table_name":"t","primary_key":{"hash_key":"a","range_key":"b"},"key_encoding_version":2,)"
      R"("migrating_from_generation":18446744073709551615,"generation":9007199254740993,"other":[1],)"
      R"("global_secondary_indexes":{"ix":{"key_schema":{"hash_key":"g","range_key":"h"},)"
      R"("projection":{"projection_type":"INCLUDE","non_key_attributes":["z","a"]}}}})");
  CHECK(full.key.range == "b");
  CHECK(full.generation == 9007199254740993);
  CHECK(full.migrating_from == UINT64_MAX);
  CHECK(full.indexes.at("ix").key.range == "h");
  CHECK(full.indexes.at("ix").non_key_attributes == std::vector<std::string>{"z", "a"});
}

TEST_CASE("records that are none") {
  const std::string good = Unhex(std::string(kOrders) + "28023803");
  for (const std::string& value :
       {std::string(), std::string("\0DS", 3), std::string("\0DS\x02", 4),
        std::string("\0DI\x01", 4), std::string("\0DS\x01", 4),  // no hash key
        good.substr(0, good.size() - 1), good + '\x07', good + '\x0c',
        Unhex("004453010a01ff1a040a02696428023801"),  // not UTF-8
        Unhex("004453011a040a026964ff01"), std::string("{}"), std::string("{"), std::string("[]"),
        std::string(R"({"table_name":"t"})"), std::string(R"({"primary_key":{"hash_key":1}})"),
        std::string(R"({"primary_key":{"hash_key":"h"},"generation":1.5})"),
        std::string(R"({"primary_key":{"hash_key":"h"},"generation":-1})"),
        std::string(R"({"primary_key":{"hash_key":"h"},"attribute_definitions":[]})"),
        std::string(R"({"primary_key":{"hash_key":"h"}} x)")}) {
    INFO(test::ddb::Field(1, value));
    const Result<TableSchema> schema = ParseTableSchema(value);
    REQUIRE_FALSE(schema.ok());
    CHECK(schema.status().code() == "DdbInvalidSchema");
  }
}

TEST_CASE("fields of newer servers are kept as they stand, and what stands twice is merged") {
  const std::string unknown = Unhex("4a0161") + Unhex("500a") + Unhex("3d01020304");
  const std::string value = Unhex(std::string(kOrders) + "28023803");
  const TableSchema schema = Parse(value + unknown + test::ddb::Field(3, Unhex("0a0178")));
  CHECK(schema.unknown_fields == unknown);  // the third: field 7 with another wire type
  CHECK(schema.generation == 3);
  CHECK(schema.key.hash == "x");
  CHECK(schema.key.range == "ts");
}

}  // namespace
}  // namespace snaptree::dynamodb
