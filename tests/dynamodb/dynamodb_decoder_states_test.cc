// Generations and migrations, rows out of place: spec 03 sections 3.1, 3.2 and 3.4, vector V16.
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/dynamodb_rows.h"

namespace snaptree::test {
namespace {

using namespace ddb;

using Strings = std::vector<std::string>;

constexpr const char* kOrphans = "dynamodb/~orphan_rows.jsonl";

// What a number has for raw bytes: a digit or more, without trailing zeros.
std::string Positive(int integer_digits, const std::string& digits) {
  return std::string("\x02\x02\x01") + static_cast<char>(integer_digits) + std::string(1, '\0') +
         digits;
}

TableFields HashRange(uint64_t version, uint64_t from, uint64_t generation) {
  return {"t", {{"pk", "S"}, {"sk", "N"}}, "pk", "sk", version, from, generation};
}

SnapshotBuilder Rows(const TableFields& table) {
  SnapshotBuilder rows;
  rows.Put(TableRow("t"), kT0, TableValue(table));
  rows.Put(CounterRow("t"), kT0, std::to_string(table.generation));
  return rows;
}

std::string ItemOf(const std::string& pk, const std::string& sk, const std::string& v) {
  return Item({{"pk", S(pk)}, {"sk", N(sk)}, {"v", S(v)}});
}

// Path below items/ -> the text of attribute v.
using Found = std::map<std::string, std::string>;
Found Items(const DecodedRows& out) {
  constexpr Slice kFolder = "dynamodb/t/items/";
  Found found;
  for (const auto& [path, text] : out.files) {
    if (!path.starts_with(kFolder)) continue;
    const std::string mark = "\"v\": {\n    \"S\": \"";
    const size_t at = text.find(mark) + mark.size();
    found[path.substr(kFolder.size())] = text.substr(at, text.find('"', at) - at);
  }
  return found;
}

DecodedRows AsLines(const SnapshotBuilder& rows) {
  DecodeRowsOptions options;
  options.dynamodb_jsonl = true;
  return DecodeRows(rows, options);
}
// The texts of v in the order of the lines.
Strings Lines(const DecodedRows& out) {
  Strings values;
  const std::string mark = "\"v\":{\"S\":\"";
  const std::string& text = out.files.at("dynamodb/t/items/data-00001.jsonl");
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    at += mark.size();
    values.push_back(text.substr(at, text.find('"', at) - at));
  }
  return values;
}

SnapshotBuilder V16() {
  SnapshotBuilder rows = Rows(HashRange(2, 1, 2));
  for (const char* sk : {"1", "1.0", "100000", "1e 5"}) {
    rows.Put(LegacyRow("t", 1, "a", sk), kT0, ItemOf("a", sk, std::string("val-") + sk));
  }
  rows.Put(ItemRow("t", 2, Segment("a") + Segment(Positive(1, "5"))), kT0,
           ItemOf("a", "5", "val-5"));
  return rows;
}

TEST_CASE("V16: a table in the middle of its migration") {
  const DecodedRows out = DecodeRows(V16());
  CHECK(Items(out) ==
        Found{{"a/1.json", "val-1"}, {"a/100000.json", "val-100000"}, {"a/5.json", "val-5"}});
  CHECK(out.findings() == Strings{"warning ddb_legacy_duplicate 2"});
  CHECK(out.report.rows.operational == 2);
  CHECK(out.report.rows.emitted == 5);
  CHECK(
      out.files.at("dynamodb/t/_schema_ext.json") ==
      "{\n  \"format_version\": 1,\n  \"generation\": 2,\n  \"migrating_from_generation\": 1\n}\n");
  const DecodedRows lines = AsLines(V16());
  CHECK(Lines(lines) == Strings{"val-1", "val-5", "val-100000"});
  CHECK(lines.findings() == out.findings());
}

TEST_CASE("V16: the losers are written with --salvage") {
  DecodeRowsOptions options;
  options.salvage = true;
  const DecodedRows out = DecodeRows(V16(), options);
  CHECK(out.report.rows.operational == 2);
  const std::string& text = out.files.at(kOrphans);
  CHECK(text.find("val-1.0") != std::string::npos);
  CHECK(text.find("val-1e 5") != std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("state B: legacy keys, first in row order wins, lines in the order of today's keys") {
  SnapshotBuilder rows = Rows(HashRange(0, 0, 1));
  for (const char* sk : {"10", "9", "1.0", "1", "-1", "-10"}) {
    rows.Put(LegacyRow("t", 1, "a", sk), kT0, ItemOf("a", sk, sk));
  }
  rows.Put(LegacyRow("t", 1, "", "7"), kT0, ItemOf("", "7", "empty"));
  const DecodedRows out = DecodeRows(rows);
  CHECK(Items(out) == Found{{"a/-1.json", "-1"},
                            {"a/-10.json", "-10"},
                            {"a/1.json", "1"},
                            {"a/10.json", "10"},
                            {"a/9.json", "9"},
                            {"e3b0c44298fc1c149afbf4c8996fb924__/7.json", "empty"}});
  CHECK(out.findings() == Strings{"warning ddb_legacy_duplicate 1"});
  CHECK(Lines(AsLines(rows)) == Strings{"empty", "-10", "-1", "1", "9", "10"});
  CHECK(out.files.at("dynamodb/t/_schema_ext.json").find("\"key_encoding_version\": 0") !=
        std::string::npos);
}

TEST_CASE("state C: the new generation wins, wherever the old one stands in the file") {
  for (const auto& move : {std::pair<uint64_t, uint64_t>{1, 2}, {9, 10}, {2, 10}}) {
    const uint64_t from = move.first;
    const uint64_t to = move.second;
    SnapshotBuilder rows = Rows(HashRange(2, from, to));
    const auto old = [&](const std::string& sk) {
      rows.Put(LegacyRow("t", from, "a", sk), kT0, ItemOf("a", sk, "old"));
    };
    const auto moved = [&](int digits, const std::string& raw, const std::string& sk) {
      rows.Put(ItemRow("t", to, Segment("a") + Segment(Positive(digits, raw))), kT0,
               ItemOf("a", sk, "new"));
    };
    old("1");
    old("2.0");
    old("3");
    moved(1, "2", "2");
    moved(1, "4", "4");
    rows.Put(ItemRow("t", from + 100, Segment("a") + Segment("b")), kT0, "stale");
    const DecodedRows out = DecodeRows(rows);
    CHECK(
        Items(out) ==
        Found{{"a/1.json", "old"}, {"a/2.json", "new"}, {"a/3.json", "old"}, {"a/4.json", "new"}});
    CHECK(out.findings() ==
          Strings{"warning ddb_legacy_duplicate 1", "note ddb_stale_generation_items 1"});
    CHECK(Lines(AsLines(rows)) == Strings{"old", "new", "old", "new"});
  }
}

TEST_CASE("state C: an item that cannot be read does not hide the old one") {
  const std::string tail = Segment("a") + Segment(Positive(1, "1"));
  for (const bool lines : {false, true}) {
    SnapshotBuilder rows = Rows(HashRange(2, 1, 2));
    rows.Put(LegacyRow("t", 1, "a", "1"), kT0, ItemOf("a", "1", "old"));
    rows.Put(LegacyRow("t", 1, "a", "1.0"), kT0, ItemOf("a", "1.0", "older"));
    rows.Put(ItemRow("t", 2, tail), kT0, "damaged");
    DecodeRowsOptions options;
    options.dynamodb_jsonl = lines;
    const DecodedRows out = DecodeRows(rows, options);
    if (lines) {
      CHECK(Lines(out) == Strings{"old"});
    } else {
      CHECK(Items(out) == Found{{"a/1.json", "old"}});
    }
    CHECK(out.damaged_codes() == Strings{"DdbInvalidItem"});
    CHECK(out.findings() == Strings{"warning ddb_legacy_duplicate 1"});
    CHECK(out.report.rows.operational == 1);
    CHECK(out.report.records == 1);
    CHECK(out.report.losses == 1);
  }
}

TEST_CASE("state D is read as B") {
  SnapshotBuilder rows = Rows(HashRange(1, 1, 2));
  rows.Put(LegacyRow("t", 1, "a", "1"), kT0, ItemOf("a", "1", "old"));
  rows.Put(LegacyRow("t", 2, "a", "2"), kT0, ItemOf("a", "2", "new"));
  const DecodedRows out = DecodeRows(rows);
  CHECK(Items(out) == Found{{"a/2.json", "new"}});
  CHECK(out.findings() ==
        Strings{"warning ddb_migration_state 1", "note ddb_stale_generation_items 1"});
}

TEST_CASE("trap 14: generations are numbers, the file's order of them is none") {
  SnapshotBuilder rows = Rows(HashRange(2, 0, 2));
  for (const uint64_t generation : {1U, 2U, 10U, 3U}) {
    rows.Put(ItemRow("t", generation, Segment("a") + Segment(Positive(1, "1"))), kT0,
             ItemOf("a", "1", std::to_string(generation)));
  }
  const DecodedRows out = DecodeRows(rows);
  CHECK(Items(out) == Found{{"a/1.json", "2"}});
  CHECK(out.findings() == Strings{"note ddb_stale_generation_items 3"});
}

TEST_CASE("legacy keys that are no numbers stay apart from those that are") {
  SnapshotBuilder rows = Rows(HashRange(2, 1, 2));
  for (const char* sk : {"1/2", "0.5", " abc", "abc", "0x10", "16", ""}) {
    rows.Put(LegacyRow("t", 1, "a", sk), kT0, ItemOf("a", sk, std::string("v") + sk));
  }
  const DecodedRows out = DecodeRows(rows);
  CHECK(Items(out) == Found{{"a/%20abc~N.json", "v abc"},
                            {"a/0x10~N.json", "v0x10"},
                            {"a/1%2F2.json", "v0.5"},
                            {"a/1%2F2~N.json", "v1/2"},
                            {"a/16.json", "v16"},
                            {"a/abc~N.json", "vabc"},
                            {"a/~N.json", "v"}});
  CHECK(out.findings() == Strings{"warning ddb_key_not_numeric 5"});
}

TEST_CASE("trap 16: rows in the form of the other generation") {
  SnapshotBuilder rows = Rows(HashRange(2, 1, 2));
  const std::string tail = Segment("a") + Segment(Positive(1, "1"));
  rows.Put(LegacyRow("t", 2, "a", "1"), kT0, ItemOf("a", "1", "legacy in new"));
  rows.Put(ItemRow("t", 1, Segment("a") + Segment(Positive(1, "2"))), kT0,
           ItemOf("a", "2", "ordered in old"));
  DecodedRows out = DecodeRows(rows);
  CHECK(Items(out) == Found{{"a/1.json", "legacy in new"}, {"a/2.json", "ordered in old"}});
  CHECK(out.findings() == Strings{"warning ddb_key_mismatch 2"});
  CHECK(out.report.complete() == false);

  // The row with the right key has the file.
  rows.Put(ItemRow("t", 2, tail), kT0, ItemOf("a", "1", "right"));
  out = DecodeRows(rows);
  CHECK(Items(out) == Found{{"a/1.json", "right"}, {"a/2.json", "ordered in old"}});
  CHECK(out.report.rows.unknown == 1);
  CHECK(out.files.at(kOrphans).find("legacy in new") != std::string::npos);

  SnapshotBuilder legacy = Rows(HashRange(0, 0, 1));
  legacy.Put(ItemRow("t", 1, tail), kT0, ItemOf("a", "1", "ordered"));
  legacy.Put(LegacyRow("t", 1, "a", "1.0"), kT0, ItemOf("a", "1.0", "right"));
  out = DecodeRows(legacy);
  CHECK(Items(out) == Found{{"a/1.json", "right"}});
  CHECK(out.report.rows.unknown == 1);
}

TEST_CASE("rows whose key is not that of their item") {
  SnapshotBuilder rows = Rows(HashRange(2, 0, 1));
  const auto put = [&](const std::string& pk, const std::string& raw, const std::string& value) {
    rows.Put(ItemRow("t", 1, Segment(pk) + Segment(raw)), kT0, value);
  };
  put("a", Positive(1, "1"), ItemOf("a", "1", "right"));
  put("a", Positive(1, "2"), ItemOf("a", "1.0", "wrong: has the file of the first"));
  put("b", Positive(1, "1"), ItemOf("c", "1", "wrong: its file is free"));
  put("b", Positive(1, "2"), ItemOf("c", "1", "wrong: the one before has it"));
  put("b", Positive(1, "3"), ItemOf("a", "1e 0", "wrong: same key, another file"));
  put("z", Positive(1, "9"), ItemOf("z", "9", "right at the end"));
  for (const bool lines : {false, true}) {
    DecodeRowsOptions options;
    options.dynamodb_jsonl = lines;
    const DecodedRows out = DecodeRows(rows, options);
    if (!lines) {
      CHECK(Items(out) == Found{{"a/1.json", "right"},
                                {"a/1e%200.json", "wrong: same key, another file"},
                                {"c/1.json", "wrong: its file is free"},
                                {"z/9.json", "right at the end"}});
    } else {
      CHECK(Lines(out).size() == 4);
    }
    CHECK(out.findings() == Strings{"warning ddb_key_mismatch 4"});
    CHECK(out.report.rows.unknown == 2);
    const std::string& kept = out.files.at(kOrphans);
    CHECK(std::count(kept.begin(), kept.end(), '\n') == 2);
    CHECK(kept.find("has the file of the first") != std::string::npos);
    CHECK(kept.find("the one before has it") != std::string::npos);
    CHECK(out.report.records == 4);
  }
}

TEST_CASE("a row with more key parts than its table has is out of place, not lost") {
  SnapshotBuilder rows;
  rows.Put(TableRow("t"), kT0, TableValue({"t", {{"pk", "S"}}, "pk"}));
  rows.Put(CounterRow("t"), kT0, "1");
  rows.Put(ItemRow("t", 1, Segment("a") + Segment("b")), kT0,
           Item({{"pk", S("a")}, {"v", S("x")}}));
  const DecodedRows out = DecodeRows(rows);
  CHECK(Items(out) == Found{{"a.json", "x"}});
  CHECK(out.findings() == Strings{"warning ddb_key_mismatch 1"});
}

TEST_CASE("legacy keys that are prefixes of one another, with several versions") {
  SnapshotBuilder rows = Rows({"t", {{"pk", "S"}}, "pk", "", 0, 0, 1});
  std::string key;
  Found expected;
  for (int i = 0; i < 40; ++i) {
    rows.Put(LegacyRow("t", 1, key, ""), kT0, Item({{"pk", S(key)}, {"v", S("old")}}));
    rows.Put(LegacyRow("t", 1, key, ""), kT1, Item({{"pk", S(key)}, {"v", S("new")}}));
    expected[key + ".json"] = "new";
    key += 'a';
  }
  const DecodedRows out = DecodeRows(rows);
  CHECK(Items(out) == expected);
  CHECK(out.report.rows.older_version == 40);
}

}  // namespace
}  // namespace snaptree::test
