// Damaged, encrypted and salvaged input.
#include <algorithm>

#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "tests/support/decode_run.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

constexpr const char* kDamaged = "unknown/damaged/rows.jsonl";

SnapshotBuilder Strings10() {
  SnapshotBuilder rows;
  for (int i = 0; i < 10; ++i) rows.Put(StrKey("s" + std::to_string(i)), kT0, StringValue("v"));
  return rows;
}

std::string At(const SnapshotBuilder& rows, size_t row) {
  return std::to_string(rows.RowOffsets()[row]);
}

TEST_CASE("rows that their owner cannot read are kept with the reason") {
  SnapshotBuilder rows;
  const std::string big(70000, '\xfe');
  rows.Put(HashBlobKey("b"), kT0, big);
  rows.Put(StrKey("k"), kT0, "\xff\x01").Put(StrKey("ok"), kT0, StringValue("v"));
  rows.Put(ZSetMemberKey("z", "m"), kT0, "<&>");
  REQUIRE(rows.Rows()[0].key == RawKey(HashBlobKey("b"), kT0));
  REQUIRE(rows.Rows()[1].key == RawKey(StrKey("k"), kT0));
  REQUIRE(rows.Rows()[3].key == RawKey(ZSetMemberKey("z", "m"), kT0));
  DecodeRun run(rows);
  const DecodeReport report = run.Run();
  const std::string ts = std::to_string(kT0);
  const std::string blob =
      "blobs/" + Sha256::HexOf(HashBlobKey("b") + U64(rows.RowOffsets()[0])) + ".bin";
  Files files = run.Data();
  REQUIRE(files.count(kDamaged) == 1);
  const std::string& lines = files[kDamaged];
  const auto line = [&](const std::string& head, const char* family, size_t row, const char* code) {
    const std::string text = head + ",\"commit_ts\":" + ts + ",\"family\":\"" + family +
                             "\",\"offset\":" + At(rows, row) + ",\"code\":\"" + code +
                             "\",\"reason\":\"";
    INFO(text);
    CHECK(lines.find(text) != std::string::npos);
  };
  line("{\"key\":\"!redis|hash|b\",\"value_file\":\"" + blob + "\",\"value_size\":70000",
       "!redis|hash|", 0, "RedisInvalidBlob");
  line("{\"key\":\"!redis|str|k\",\"value\":" + Bv("\xff\x01"), "!redis|str|", 1,
       "RedisInvalidStringValue");
  line("{\"key\":" + Bv(ZSetMemberKey("z", "m")) + ",\"value\":\"<&>\"", "!zs|mem|", 3,
       "RedisInvalidZSetMember");
  CHECK((files["unknown/damaged/" + blob] == big));
  CHECK(files[StringPath("ok")] == "v");
  CHECK(report.rows.damaged == 3);
  CHECK(report.damaged.size() == 3);
  CHECK(report.losses == 3);
  REQUIRE(FindingOf(report, "damaged_rows") != nullptr);
  CHECK(FindingOf(report, "damaged_rows")->count == 3);
  CHECK_FALSE(report.complete());
  CHECK(JsonNumber(run.Manifest(), "losses") == 3);
}

TEST_CASE("rows that are no MVCC rows are kept raw") {
  SnapshotBuilder rows;
  rows.Raw("abc", "short key").Raw(RawKey(StrKey("v"), kT0), "12345678");
  rows.Put(StrKey("f"), kT0, "v", 0, 0x08).Put("g", kT0, "v", 0, 0x80).Put(StrKey("ok"), kT0, "v");
  DecodeRun run(rows);
  const DecodeReport report = run.Run();
  const Files files = run.Data();
  CHECK(files.at(StringPath("ok")) == "v");
  CHECK(files.size() == 2);
  const std::string& lines = files.at(kDamaged);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 4);
  const auto has = [&](const std::string& text) { return lines.find(text) != std::string::npos; };
  CHECK(has("{\"key\":\"abc\",\"value\":\"short key\",\"raw\":true,"));
  CHECK(has("\"code\":\"RowKeyShort\""));
  CHECK(has("{\"key\":" + Bv(RawKey(StrKey("v"), kT0)) + ",\"value\":\"12345678\",\"raw\":true,"));
  CHECK(has("\"code\":\"RowValueShort\""));
  CHECK(
      has("{\"key\":" + Bv(RawKey(StrKey("f"), kT0)) + ",\"value\":" + Bv(StoredValue("v", 0, 8))));
  CHECK(has("\"code\":\"RowFlags\""));
  CHECK(report.rows.damaged == 4);
  CHECK(report.losses == 4);
  CHECK(report.rows.emitted == 1);
}

TEST_CASE("a damaged version decides about its key: what it replaced does not come back") {
  DecodeRun run(SnapshotBuilder()
                    .Put(StrKey("k"), kT0, StringValue("old"))
                    .Raw(RawKey(StrKey("k"), kT1), "short")
                    .Metadata("_meta_last_commit_ts", kT1));
  const DecodeReport report = run.Run();
  CHECK(report.rows.emitted == 0);
  CHECK(report.rows.older_version == 1);
  CHECK(report.rows.damaged == 1);
  CHECK(run.Data().count(StringPath("k")) == 0);
}

TEST_CASE("rows that are not judged do not confuse the view") {
  // "Z" and "_" have versions on both sides of a store metadata row; lengths of open keys must not
  // survive it.
  DecodeRun run(SnapshotBuilder()
                    .Put("Z", kT1, "1")
                    .Put("_", kT1, "2")
                    .Put("aaaa", kT1, "3")
                    .Put("bbbb", kT1, "4", 0, 0x08)
                    .Put("bbbb", kT0, "5")
                    .Put("_meta_last_commit_ts", kT1, "6")
                    .Metadata("_meta_last_commit_ts", kT1));
  const DecodeReport report = run.Run();
  CHECK(report.rows.emitted == 4);
  CHECK(report.rows.older_version == 1);
  CHECK(report.rows.damaged == 1);
}

TEST_CASE("more damaged rows than the report holds: the file holds them all") {
  SnapshotBuilder rows;
  for (int i = 0; i < 1500; ++i) rows.Put(StrKey("k" + std::to_string(i)), kT0, "\xff\x01");
  for (int i = 0; i < 1500; ++i) rows.Put("b" + std::to_string(i), kT0, "v", 0, 0x10);
  DecodeRun run(rows);
  const DecodeReport report = run.Run();
  CHECK(report.rows.damaged == 3000);
  CHECK(report.damaged.size() >= 1000);
  const std::string lines = run.Data().at(kDamaged);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 3000);
}

TEST_CASE("encrypted rows are refused, whatever is asked for") {
  // Flag bit 1, then version, suite and key id as a node writes them.
  const std::string sealed = Unhex("0101") + Unhex("0000002a") + std::string(40, 'c');
  SnapshotBuilder rows = Strings10();
  rows.Put(StrKey("secret"), kT0, sealed, 0, 0x02).Put("raw", kT0, sealed, 0, 0x02);
  for (const int option : {0, 1, 3, 4}) {
    DecodeRun run(rows);
    run.options.force = option == 1;
    run.options.dry_run = option == 3;
    if (option == 4) run.options.adapters = {"rawkv"};
    const Status status = run.Fail();
    CHECK(status.code() == "EncryptedRows");
    CHECK(status.kind() == ErrorKind::kData);
    CHECK(status.Message().find("2 encrypted rows") != std::string::npos);
    CHECK(status.Message().find("42") != std::string::npos);
  }
}

TEST_CASE("encrypted rows of every family are refused, derived and operational ones too") {
  const std::string sealed = Unhex("01000000002a") + std::string(40, 'c');
  const std::string id(8, '\1');
  for (const char* const key : {"!redis|ttl|k0", "!dist|route|", "!hs|meta|x", "!txn|cmt|x"}) {
    INFO(key);
    DecodeRun run(Strings10().Put(std::string(key) + id, kT0, sealed, 0, 0x02));
    const Status status = run.Fail();
    CHECK(status.code() == "EncryptedRows");
    CHECK(status.Message().find("1 encrypted row, key ids needed: 42") != std::string::npos);
  }
}

TEST_CASE("routes that cannot be read leave open how many groups there are") {
  const std::string sealed = Unhex("01000000002a") + std::string(40, 'c');
  const std::string key = "!dist|route|" + std::string(8, '\1');
  for (const uint8_t flags : {uint8_t{0x02}, uint8_t{0x08}}) {
    DecodeRun run(Strings10().Put(key, kT0, sealed, 0, flags));
    run.options.salvage = true;
    const DecodeReport report = run.Run();
    CHECK(FindingOf(report, "groups_unknown") != nullptr);
    CHECK(FindingOf(report, "other_groups") == nullptr);
    CHECK_FALSE(report.complete());
  }
}

TEST_CASE("an encrypted deletion is damage, not a deletion") {
  const std::string sealed = Unhex("01000000002a") + std::string(40, 'c');
  DecodeRun run(Strings10().Put(StrKey("gone"), kT0, sealed, 0, 0x03));
  const DecodeReport report = run.Run();
  CHECK(report.rows.damaged == 1);
  CHECK_FALSE(report.complete());
  CHECK(run.Data().at(kDamaged).find("\"code\":\"RowFlags\"") != std::string::npos);
}

TEST_CASE("salvage goes past encrypted rows and keeps them as they are") {
  const std::string sealed = Unhex("01010000002a") + std::string(40, 'c');
  SnapshotBuilder rows = Strings10();
  rows.Put(StrKey("s0"), kT0 + 1, sealed, 0, 0x02);  // the older version must not come back
  rows.Put(FieldKey("h", "f"), kT0, sealed, 0, 0x02).Put(FieldKey("h", "g"), kT0, "sound");
  rows.Put("raw", kT0, sealed, 0, 0x02);
  DecodeRun run(rows);
  run.options.salvage = true;
  const DecodeReport report = run.Run();
  CHECK_FALSE(report.complete());
  CHECK(report.rows.damaged == 3);
  CHECK(report.rows.emitted == 9 + 1);
  CHECK(report.rows.Sum() == report.rows.total);
  const Files files = ReadTree(run.options.output);
  CHECK(files.at("redis/db_0/hashes/h.json").find("sound") != std::string::npos);
  CHECK_FALSE(files.contains("redis/db_0/strings/s0.bin"));
  const std::string& kept = files.at("unknown/damaged/rows.jsonl");
  CHECK(std::count(kept.begin(), kept.end(), '\n') == 3);
  CHECK(kept.find("\"code\":\"RowEncrypted\"") != std::string::npos);
}

TEST_CASE("encrypted versions that do not count do no harm") {
  const std::string sealed = Unhex("01010000002a") + std::string(40, 'c');
  DecodeRun run(Strings10().Put(StrKey("s0"), kT0 - 1, sealed, 0, 0x02));
  CHECK(run.Run().rows.emitted == 10);
}

TEST_CASE("a file that is cut or flipped is refused without salvage") {
  const std::string good = Strings10().Bytes();
  for (const std::string& bad :
       {good.substr(0, good.size() - 1), good.substr(0, good.size() / 2), good + "x"}) {
    DecodeRun run(bad);
    const Status status = run.Fail();
    CHECK(status.kind() == ErrorKind::kData);
  }
  std::string flipped = good;
  flipped[good.size() / 2] ^= 4;
  DecodeRun run(flipped);
  CHECK(run.Fail().kind() == ErrorKind::kData);
}

TEST_CASE("salvage of a broken row: what was lost stands in SALVAGE.json") {
  const SnapshotBuilder rows = Strings10().Header1(5);
  std::string bytes = rows.Bytes();
  const std::vector<size_t> offsets = rows.RowOffsets();
  bytes[offsets[5] + 7] = '\x7f';  // the length of a key: beyond everything
  DecodeRun refused(bytes);
  CHECK(refused.Fail().kind() == ErrorKind::kData);
  DecodeRun run(bytes);
  run.options.salvage = true;
  const DecodeReport report = run.Run();
  Files expected;
  for (const int i : {0, 1, 2, 3, 6, 7, 8, 9}) expected[StringPath("s" + std::to_string(i))] = "v";
  Files files = run.Data();
  const std::string salvage = files["SALVAGE.json"];
  files.erase("SALVAGE.json");
  CHECK(files == expected);
  CHECK(report.rows.emitted == 8);
  CHECK(report.rows.total == 8);
  CHECK(report.inputs[0].salvage.rows_kept == 8);
  CHECK(report.inputs[0].salvage.rows_suspect == 1);
  CHECK(report.inputs[0].salvage.bytes_lost == offsets[6] - offsets[4]);
  REQUIRE(report.inputs[0].salvage.lost.size() == 1);
  CHECK(report.inputs[0].salvage.lost[0].begin == offsets[4]);
  CHECK(report.inputs[0].salvage.lost[0].end == offsets[6]);
  CHECK_FALSE(report.complete());
  REQUIRE(FindingOf(report, "salvaged") != nullptr);
  CHECK(FindingOf(report, "salvaged")->severity == Severity::kWarning);

  CHECK(salvage.find("\"schema\": \"snaptree.salvage/1\"") != std::string::npos);
  CHECK(salvage.back() == '\n');
  CHECK(JsonNumber(salvage, "rows_kept") == 8);
  CHECK(JsonNumber(salvage, "rows_suspect") == 1);
  CHECK(JsonNumber(salvage, "rows_duplicate") == 0);
  CHECK(JsonNumber(salvage, "rows_out_of_order") == 0);
  CHECK(JsonNumber(salvage, "bytes_lost") == offsets[6] - offsets[4]);
  CHECK(JsonNumber(salvage, "lost_ranges") == 1);
  CHECK(JsonNumber(salvage, "begin", "\"lost\"") == offsets[4]);
  CHECK(JsonNumber(salvage, "end", "\"lost\"") == offsets[6]);
  CHECK(JsonNumber(salvage, "rows_damaged") == 0);
  CHECK(run.Manifest().find("\"SALVAGE.json\"") != std::string::npos);
  CHECK(ReadWholeFile(run.options.output + "/CHECKSUMS").find("  SALVAGE.json\n") !=
        std::string::npos);
}

TEST_CASE("salvage when only the checksum is wrong, and when nothing is") {
  DecodeRun run(Strings10().Header1(5).Footer(FooterKind::kWrong));
  run.options.salvage = true;
  const DecodeReport report = run.Run();
  CHECK(report.rows.emitted == 10);
  const std::string salvage = run.Data().at("SALVAGE.json");
  CHECK(JsonNumber(salvage, "lost_ranges") == 0);
  CHECK(JsonNumber(salvage, "rows_kept") == 10);
  CHECK_FALSE(report.complete());

  DecodeRun whole(Strings10().Header1(5));
  whole.options.salvage = true;
  CHECK(whole.Run().complete());
  CHECK(whole.Data().size() == 10);
  CHECK(whole.Data().count("SALVAGE.json") == 0);
}

TEST_CASE("salvage of damaged rows beside damaged framing") {
  const SnapshotBuilder rows = Strings10().Header1(5).Put(StrKey("t"), kT0, "\xff\x01");
  std::string bytes = rows.Bytes();
  bytes[rows.RowOffsets()[2] + 7] = '\x7f';
  DecodeRun run(bytes);
  run.options.salvage = true;
  const DecodeReport report = run.Run();
  CHECK(report.rows.damaged == 1);
  CHECK(report.rows.emitted == 8);
  const std::string salvage = run.Data().at("SALVAGE.json");
  CHECK(JsonNumber(salvage, "rows_damaged") == 1);
  CHECK(salvage.find("\"code\": \"RedisInvalidStringValue\"") != std::string::npos);
  CHECK(run.Data().count(kDamaged) == 1);
}

TEST_CASE("salvage with strict is still strict") {
  DecodeRun run(Strings10().Header1(5).Footer(FooterKind::kWrong));
  run.options.salvage = true;
  run.options.strict = true;
  CHECK(run.Fail().code() == "StrictLoss");
}

TEST_CASE("rows that stand in the wrong order are sorted into place by salvage only") {
  SnapshotBuilder rows;
  rows.Header1(5).KeepOrder();
  for (const char* key : {"b", "a", "c"}) rows.Put(StrKey(key), kT0, StringValue(key));
  DecodeRun refused(rows);
  CHECK(refused.Fail().code() == "RowOrder");
  DecodeRun run(rows);
  run.options.salvage = true;
  const DecodeReport report = run.Run();
  CHECK(report.rows.emitted == 3);
  CHECK(report.inputs[0].salvage.rows_out_of_order == 1);
  CHECK(run.Data().at(StringPath("a")) == "a");
}

}  // namespace
}  // namespace snaptree::test
