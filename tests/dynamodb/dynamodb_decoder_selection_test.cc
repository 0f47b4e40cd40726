// Layouts and selection: spec 03 sections 4.1 and 4.4; a sorter that spills makes the same tree.
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/dynamodb_rows.h"

namespace snaptree::test {
namespace {

using namespace ddb;

using Strings = std::vector<std::string>;

SnapshotBuilder TwoTables() {
  SnapshotBuilder rows;
  for (const std::string table : {"a", "b"}) {
    rows.Put(TableRow(table), kT0, TableValue({table, {{"h", "S"}}, "h"}));
    rows.Put(CounterRow(table), kT0, "1");
    for (const std::string key : {"1", "2", "3"}) {
      rows.Put(ItemRow(table, 1, Segment(key)), kT0, Item({{"h", S(key)}}));
    }
  }
  rows.Put(ItemRow("lost", 1, Segment("x")), kT0, Item({{"h", S("x")}}));
  return rows;
}

Strings Paths(const DecodedRows& out) {
  Strings paths;
  for (const auto& [path, text] : out.files) paths.push_back(path);
  return paths;
}

DecodedRows Include(const Strings& patterns, bool lines = false) {
  DecodeRowsOptions options;
  options.filter.include = patterns;
  options.dynamodb_jsonl = lines;
  return DecodeRows(TwoTables(), options);
}

TEST_CASE("one item, and the files that describe its table") {
  const DecodedRows out = Include({"dynamodb/a/items/2.json"});
  CHECK(Paths(out) == Strings{"dynamodb/a/_schema.json", "dynamodb/a/_schema_ext.json",
                              "dynamodb/a/items/2.json"});
  CHECK(out.report.rows.emitted == 3);
  CHECK(out.report.rows.excluded == 8);
  CHECK(out.report.rows.unknown == 0);
  CHECK(out.report.records == 1);
  const DecodedRows lines = Include({"dynamodb/a/items/2.json"}, true);
  CHECK(lines.files.at("dynamodb/a/items/data-00001.jsonl") == "{\"h\":{\"S\":\"2\"}}\n");
  CHECK(lines.report.rows.excluded == 8);
}

TEST_CASE("a description alone, the rows of no table alone, nothing at all") {
  CHECK(Paths(Include({"dynamodb/b/_schema.json"})) == Strings{"dynamodb/b/_schema.json"});
  CHECK(Paths(Include({"dynamodb/~orphan_rows.jsonl"})) == Strings{"dynamodb/~orphan_rows.jsonl"});
  const DecodedRows none = Include({"s3/*"});
  CHECK(none.files.empty());
  CHECK(none.report.rows.excluded == 11);
}

TEST_CASE("exclusion") {
  DecodeRowsOptions options;
  options.filter.exclude = {"dynamodb/a", "dynamodb/b/items/1.json"};
  const DecodedRows out = DecodeRows(TwoTables(), options);
  CHECK(Paths(out) == Strings{"dynamodb/b/_schema.json", "dynamodb/b/_schema_ext.json",
                              "dynamodb/b/items/2.json", "dynamodb/b/items/3.json",
                              "dynamodb/~orphan_rows.jsonl"});
  CHECK(out.report.rows.excluded == 6);
}

TEST_CASE("without extensions our file is left out") {
  DecodeRowsOptions options;
  options.extensions = false;
  options.filter.include = {"dynamodb/a/*"};
  const DecodedRows out = DecodeRows(TwoTables(), options);
  CHECK(Paths(out) == Strings{"dynamodb/a/_schema.json", "dynamodb/a/items/1.json",
                              "dynamodb/a/items/2.json", "dynamodb/a/items/3.json"});
}

TEST_CASE("lines: a part is closed before the line that would make it too long") {
  SnapshotBuilder rows;
  rows.Put(TableRow("t"), kT0, TableValue({"t", {{"h", "S"}}, "h"}));
  rows.Put(CounterRow("t"), kT0, "1");
  const Strings keys = {"a", "b", std::string(40, 'c'), "d", "e", "f"};
  for (const std::string& key : keys) {
    rows.Put(ItemRow("t", 1, Segment(key)), kT0, Item({{"h", S(key)}}));
  }
  const auto line = [](const std::string& key) { return "{\"h\":{\"S\":\"" + key + "\"}}\n"; };
  DecodeRowsOptions options;
  options.dynamodb_jsonl = true;
  options.bundle_bytes = 2 * line("a").size();
  options.extensions = false;
  Files files = DecodeRows(rows, options).files;
  files.erase("dynamodb/t/_schema.json");
  const std::string part = "dynamodb/t/items/data-0000";
  CHECK(files == Files{{part + "1.jsonl", line("a") + line("b")},
                       {part + "2.jsonl", line(keys[2])},
                       {part + "3.jsonl", line("d") + line("e")},
                       {part + "4.jsonl", line("f")}});
  options.bundle_bytes = 2 * line("a").size() - 1;
  CHECK(DecodeRows(rows, options).files.size() == 7);
}

TEST_CASE("a table without items has no part and no file but its description") {
  SnapshotBuilder rows;
  rows.Put(TableRow("t"), kT0, TableValue({"t", {}, "h"})).Put(CounterRow("t"), kT0, "1");
  for (const bool lines : {false, true}) {
    DecodeRowsOptions options;
    options.dynamodb_jsonl = lines;
    CHECK(Paths(DecodeRows(rows, options)) ==
          Strings{"dynamodb/t/_schema.json", "dynamodb/t/_schema_ext.json"});
  }
}

}  // namespace
}  // namespace snaptree::test
