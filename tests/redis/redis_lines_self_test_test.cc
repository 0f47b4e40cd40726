// Edited lines of keys and what the self-test of encode makes of them (spec 08).
#include <catch2/catch.hpp>

#include "tests/support/encode_run.h"
#include "tests/support/redis_lines.h"
#include "tests/support/redis_rows.h"

namespace snaptree::test {
namespace {

TEST_CASE("encode lines: the self-test follows edited lines") {
  SnapshotBuilder snapshot;
  const std::string large(size_t{1} << 20, 'x');
  snapshot.Put(ListMetaKey("big"), 5, ListMetaValue(0, 9))
      .Put(ListMetaKey("q"), 5, ListMetaValue(0, 0));
  for (int64_t i = 0; i < 9; ++i) snapshot.Put(ItemKey("big", i), 5, large);
  for (const std::string& key : Strings{"a", "b", "c"}) {
    snapshot.Put(StrKey(key), 5, StringValue("v" + key, 77))
        .Put(MetaKeyOf("hs", "h" + key), 5, CountMetaValue(2))
        .Put(FieldKey("h" + key, "f"), 5, "v")
        .Put(FieldKey("h" + key, "g"), 5, "v");
  }
  DecodeOptions decode;
  decode.jsonl = true;
  EncodeRun run(snapshot.Bytes(), decode);
  EncodeReport report = run.Run();
  CHECK(report.good());
  CHECK(report.self_test.matched);
  CHECK(report.self_test.not_canonical == 0);
  CHECK(report.self_test.expected == 0);
  const Files tree = run.Tree();
  decode.force = true;
  CHECK(run.Decoded(decode).at(FileOf("lists")) == tree.at(FileOf("lists")));

  // Other bytes that say the same: lines, members and fields in another order.
  run.Edit(FileOf("hashes"),
           Line(R"("fields":[{"name":"g","value":"v"},{"value":"v","name":"f"}],"key":"hb")") +
               Line("\"key\":\"ha\"," + Fields({"f", "g"})) +
               Line("\"key\":\"hc\"," + Fields({"f", "g"}) + ",\"expire_at_ms\":null"));
  run.Seal();
  run.options.force = true;
  report = run.Run();
  CHECK(report.good());
  CHECK(report.self_test.not_canonical == 1);

  // A list cut otherwise: said beforehand.
  std::string lists = tree.at(FileOf("lists"));
  lists.insert(lists.find("[\"") + 1, "\"more\",");
  run.Edit(FileOf("lists"), lists);
  run.Seal();
  report = run.Run();
  CHECK(report.good());
  CHECK(EncodeRun::ErrorsOf(report).empty());

  // Files of one key beside the lines.
  run.Edit(InDb("hashes-00001.jsonl"), "");
  std::filesystem::create_directories(run.tree(InDb("hashes")));
  run.Edit(HashPath("extra"), HashText({{"f", "v"}}));
  run.Edit(FileOf("strings", 1), Line(R"("key":"0","value":"first")"));
  run.Seal();
  report = run.Run();
  CHECK(EncodeRun::ErrorsOf(report).empty());
  CHECK(report.good());
  const Files again = run.Decoded(decode);
  CHECK(again.at(FileOf("hashes")).find("\"extra\"") != std::string::npos);
  CHECK(again.at(FileOf("strings")).starts_with("{\"key\":\"0\""));
}

TEST_CASE("encode lines: the self-test sees lines that come out otherwise") {
  SnapshotBuilder snapshot;
  snapshot.Put(StrKey("a"), 5, StringValue("v"));
  DecodeOptions decode;
  decode.jsonl = true;
  EncodeRun run(snapshot.Bytes(), decode);
  // What the manifest says decides how the snapshot is compared.
  run.Edit("MANIFEST.json", [&] {
    std::string text = ReadWholeFile(run.tree("MANIFEST.json"));
    for (const std::string& what : Strings{",\n    \"layout\": \"jsonl\""}) {
      const size_t at = text.find(what);
      REQUIRE(at != std::string::npos);
      text.erase(at, what.size());
    }
    return text;
  }());
  run.Seal();
  const EncodeReport report = run.Run();
  CHECK(EncodeRun::ErrorsOf(report).empty());
  CHECK(report.self_test.expected == 2);
}

}  // namespace
}  // namespace snaptree::test
