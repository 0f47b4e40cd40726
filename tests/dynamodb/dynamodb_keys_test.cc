// Key codecs: spec 03 sections 1.1 to 1.4, vectors V1, V3, V6, V7, V20.
#include "adapters/dynamodb/dynamodb_keys.h"

#include <catch2/catch.hpp>

#include "adapters/dynamodb/dynamodb_item_key.h"
#include "base/text.h"
#include "tests/support/dynamodb_rows.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::dynamodb {
namespace {

using test::Unhex;

std::string TailOf(const PrimaryKey& key) {
  std::string tail;
  CHECK(OrderedTail(key, &tail));
  CHECK(IsOrderedTail(tail));
  CHECK_FALSE(IsLegacyTail(tail));
  return tail;
}

std::string LegacyTailOf(const PrimaryKey& key) {
  std::string tail;
  LegacyTail(key, &tail);
  CHECK(IsLegacyTail(tail));
  CHECK_FALSE(IsOrderedTail(tail));
  return tail;
}

TEST_CASE("V3 and V6: the key of item I") {
  const std::string row =
      Unhex("216464627c6974656d7c62334a6b5a584a7a7c337c633c313e00010202010300ff313239350001");
  ItemKey key;
  REQUIRE(SplitItemKey(row, &key));
  CHECK(key.table == "b3JkZXJz");
  CHECK(ParseTableSegment(key.table) == "orders");
  CHECK(ParseDecimal(key.generation) == 3);
  CHECK(key.scope == "b3JkZXJz|3|");
  const PrimaryKey item = {{'S', "c<1>"}, {'N', "129.50"}, true};
  CHECK(key.tail == TailOf(item));
  CHECK(LegacyTailOf(item) == "YzwxPg|MTI5LjUw");
}

TEST_CASE("V7: segments and legacy tails of single keys") {
  const auto both = [](char type, const std::string& value) {
    const PrimaryKey key = {{type, value}, {}, false};
    return Hex(TailOf(key)) + " " + LegacyTailOf(key);
  };
  CHECK(both('S', "a") == "610001 YQ|");
  CHECK(both('S', "") == "0001 |");
  CHECK(both('B', "") == "0001 |");
  CHECK(both('S', Unhex("610062")) == "6100ff620001 YQBi|");
  CHECK(both('S', Unhex("610001")) == "6100ff010001 YQAB|");
  CHECK(both('B', Unhex("000102")) == "00ff01020001 AAEC|");
  CHECK(both('S', "1") == "310001 MQ|");
  CHECK(both('N', "1") == "0202010100ff310001 MQ|");
}

TEST_CASE("tails that are none") {
  for (const char* hex : {"", "61", "6100", "610002", "61000100", "610001620002", "61000162",
                          "610001620001630001", "00", "7c", "00ff", "0001000100"}) {
    INFO(hex);
    CHECK_FALSE(IsOrderedTail(Unhex(hex)));
  }
  for (const char* hex : {"0001", "00010001", "00ff0001", "610001620001"}) {
    INFO(hex);
    CHECK(IsOrderedTail(Unhex(hex)));
  }
  for (const char* text : {"", "YQ", "YQ||", "YQ|YQ|", "Y|", "|Y", "YR|", "YQ==|", "Y+|", "a b|"}) {
    INFO(text);
    CHECK_FALSE(IsLegacyTail(text));
  }
  for (const char* text : {"|", "YQ|", "|YQ", "YQ|YQ"}) {
    INFO(text);
    CHECK(IsLegacyTail(text));
  }
}

TEST_CASE("names of tables in keys") {
  CHECK(ParseTableSegment("b3JkZXJz") == "orders");
  for (const char* segment : {"", "cw==", "cx", "c", "c w", "_w"}) {  // _w: the byte ff
    INFO(segment);
    CHECK_FALSE(ParseTableSegment(segment));
  }
  CHECK(test::ddb::TableRow("orders") == Unhex("216464627c6d6574617c7461626c657c62334a6b5a584a7a"));
  CHECK(test::ddb::CounterRow("orders") == Unhex("216464627c6d6574617c67656e7c62334a6b5a584a7a"));
}

TEST_CASE("decimal numbers without sign, blanks and leading zeros") {
  CHECK(ParseDecimal("0") == 0);
  CHECK(ParseDecimal("18446744073709551615") == UINT64_MAX);
  for (const char* text : {"", "00", "01", "+1", "-1", " 1", "1 ", "3x", "18446744073709551616"}) {
    INFO(text);
    CHECK_FALSE(ParseDecimal(text));
  }
}

TEST_CASE("keys that have no numbers are like no other key") {
  const auto tail = [](const PrimaryKey& key) {
    std::string out;
    CHECK_FALSE(OrderedTail(key, &out));
    CHECK_FALSE(IsOrderedTail(out));
    return out;
  };
  const PrimaryKey a = {{'N', "abc"}, {'S', "x"}, true};
  const PrimaryKey b = {{'S', "abc"}, {'N', "x"}, true};
  const PrimaryKey c = {{'N', "abc"}, {'N', "x"}, true};
  CHECK(tail(a) != tail(b));
  CHECK(tail(a) != tail(c));
  CHECK(tail(b) != tail(c));
}

}  // namespace
}  // namespace snaptree::dynamodb
