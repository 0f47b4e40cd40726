// What get says of a record while other records are damaged, lost, or being written: nothing; and
// what it says when the record itself is.
#include <functional>

#include "check/get/record_losses.h"
#include <catch2/catch.hpp>

#include "manifest/file_name_codec.h"
#include "tests/support/asked_record.h"
#include "tests/support/dynamodb_rows.h"
#include "tests/support/fs_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/s3_rows.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {
namespace {

Asked AskRows(const SnapshotBuilder& rows, const std::string& address) {
  const TempFolder folder;
  const std::string path = folder / "a.fsm";
  rows.Write(path);
  Asked asked = Ask(path, address);
  INFO(address);
  REQUIRE(asked.status.ok());
  REQUIRE(asked.report.found);
  return asked;
}

// A row that nobody can take apart.
void PutUnreadable(SnapshotBuilder* rows, Slice key) {
  rows->Raw(RawKey(key, kT0), StoredValue("x", 0, 0x80));
}

std::string StringPath(Slice key) {
  return "redis/db_0/strings/" + EncodeSegment(key).name + ".bin";
}

TEST_CASE("a key whose name hides it, beside damage of other keys") {
  // More keys that begin alike than are looked at one by one.
  SnapshotBuilder rows;
  const std::string common(80, 'k');
  const auto name = [&](int i) { return common + std::to_string(i) + std::string(200, 'x'); };
  for (int i = 1000; i < 2100; ++i) rows.Put(StrKey(name(i)), kT0, StringValue("v"));
  const std::string last = StringPath(name(2099));
  CHECK(AskRows(rows, last).report.whole());
  const auto check = [&](const std::function<void(SnapshotBuilder&)>& damage, bool whole) {
    SnapshotBuilder damaged = rows;
    damage(damaged);
    const Asked asked = AskRows(damaged, last);
    CHECK(asked.content == "v");
    CHECK(asked.report.scope == GetScope::kAdapter);
    CHECK(asked.report.whole() == whole);
    CHECK(asked.report.complete == whole);
  };
  check([](SnapshotBuilder& s) { PutUnreadable(&s, StrKey("other")); }, true);
  check([](SnapshotBuilder& s) { PutUnreadable(&s, "!s3|obj|head|x"); }, true);
  check([](SnapshotBuilder& s) { s.Put("!hs|fld|junk", kT0, "x"); }, true);
  check([](SnapshotBuilder& s) { s.Put(HashBlobKey("h"), kT0, "no blob"); }, true);
  check([&](SnapshotBuilder& s) { PutUnreadable(&s, TtlKey(name(2099))); }, false);
}

TEST_CASE("an item whose name hides its key, beside damage of other items") {
  namespace d = ddb;
  const std::string key(300, 'k');
  const auto table = [](const std::string& name) {
    d::TableFields fields;
    fields.name = name;
    fields.definitions = {{"h", "S"}};
    fields.hash = "h";
    return d::TableValue(fields);
  };
  SnapshotBuilder rows;
  rows.Put(d::TableRow("t"), kT0, table("t")).Put(d::CounterRow("t"), kT0, "1");
  rows.Put(d::ItemRow("t", 1, d::Segment(key)), kT0, d::Item({{"h", d::S(key)}}));
  const std::string address = "dynamodb/t/items/" + EncodeSegment(key).name + ".json";
  CHECK(AskRows(rows, address).report.whole());
  SnapshotBuilder damaged = rows;
  damaged.Put(d::ItemRow("t", 1, d::Segment("x")), kT0, "junk");
  damaged.Put(d::ItemRow("zz", 1, d::Segment("x")), kT0, "junk");
  PutUnreadable(&damaged, d::ItemRow("t", 1, d::Segment("y")));
  PutUnreadable(&damaged, StrKey("s"));
  CHECK(AskRows(damaged, address).report.whole());
  // Book-keeping of its table is no loss of it.
  SnapshotBuilder odd = rows;
  odd.Put(d::CounterRow("t"), kT1, "2");
  const Asked asked = AskRows(odd, address);
  CHECK(asked.report.whole());
  CHECK(asked.report.findings.by_code().at("ddb_generation_mismatch").severity == Severity::kNote);
}

TEST_CASE("an item of a number in an old table, beside damage of other items") {
  namespace d = ddb;
  d::TableFields fields;
  fields.name = "t";
  fields.definitions = {{"h", "N"}};
  fields.hash = "h";
  fields.version = 0;
  SnapshotBuilder rows;
  rows.Put(d::TableRow("t"), kT0, d::TableValue(fields)).Put(d::CounterRow("t"), kT0, "1");
  rows.Put(d::LegacyRow("t", 1, "1.0"), kT0, d::Item({{"h", d::N("1.0")}}));
  rows.Put(d::LegacyRow("t", 1, "2"), kT0, "junk");
  const Asked asked = AskRows(rows, "dynamodb/t/items/1.json");
  CHECK(asked.report.scope == GetScope::kRecord);
  CHECK(asked.report.whole());
}

TEST_CASE("a file of the filesystem, beside a damaged piece of another one") {
  SnapshotBuilder rows = FsRoot();
  for (const uint64_t inode : {uint64_t{7}, uint64_t{8}}) {
    FsInode file = FsFile(inode, 6);
    file.home_slot = inode;
    PutFs(&rows, 1, "f" + std::to_string(inode), file);
    rows.Put(FsHomeKey(inode), kT0, FsHomeValue(inode));
    if (inode == 7) rows.Put(FsChunkKey(inode, inode, 0), kT0, "sevens");
  }
  CHECK(AskRows(rows, "fs/tree/f7").report.whole());
  PutUnreadable(&rows, FsChunkKey(8, 8, 0));
  const Asked asked = AskRows(rows, "fs/tree/f7");
  CHECK(asked.content == "sevens");
  CHECK(asked.report.whole());
  const Asked damaged = AskRows(rows, "fs/tree/f8");
  CHECK_FALSE(damaged.report.complete);
  CHECK(damaged.report.findings.by_code().count("fs_damaged_chunk") == 1);
}

TEST_CASE("files that tell of many records count the damage of their own scope") {
  SnapshotBuilder rows;
  const uint64_t expiry = 0x19b76daa800;
  rows.Put(StrKey("b64.k"), kT0, StringValue("v", expiry)).Put(TtlKey("b64.k"), kT0, U64(expiry));
  rows.Put("bare", kT0, "raw");
  PutS3Bucket(&rows);
  PutS3Object(&rows, {"photos", 3, "a//b", "u"}, {{1, {"body"}}});
  PutS3Bucket(&rows, "other");
  const std::string keys = "redis/db_0/KEYMAP.jsonl";
  const std::string expiries = "redis/db_0/strings_ttl.jsonl";
  const std::string raw = "rawkv/data.jsonl";
  const std::string objects = "s3/photos/KEYMAP.jsonl";
  const auto check = [&](const std::function<void(SnapshotBuilder&)>& damage,
                         const std::string& concerned) {
    SnapshotBuilder damaged = rows;
    damage(damaged);
    for (const std::string& address : {keys, expiries, raw, objects}) {
      INFO(address << " " << concerned);
      const bool is_concerned =
          !concerned.empty() && address.substr(0, concerned.size()) == concerned;
      CHECK(AskRows(damaged, address).report.whole() == !is_concerned);
    }
  };
  check([](SnapshotBuilder&) {}, "");
  check([](SnapshotBuilder& s) { PutUnreadable(&s, StrKey("x")); }, "redis/");
  check([](SnapshotBuilder& s) { s.Put(HashBlobKey("h"), kT0, "no blob"); }, "redis/");
  check([](SnapshotBuilder& s) { PutUnreadable(&s, "bare2"); }, raw);
  check([](SnapshotBuilder& s) { PutUnreadable(&s, S3HeadKey({"photos", 3, "x", "u"})); }, objects);
  check(
      [](SnapshotBuilder& s) {
        s.Put(S3HeadKey({"photos", 3, "x", "u"}), kT0, "junk");
      },
      objects);
  check([](SnapshotBuilder& s) { PutUnreadable(&s, S3HeadKey({"other", 3, "x", "u"})); }, "");
  check([](SnapshotBuilder& s) { s.Put(S3HeadKey({"other", 3, "x", "u"}), kT0, "junk"); }, "");
  check([](SnapshotBuilder& s) { PutUnreadable(&s, FsChunkKey(8, 8, 0)); }, "");
}

// A lock on a key whose transaction's decision is in another raft group.
void PutOpenLock(SnapshotBuilder* rows, const std::string& key) {
  const std::string primary = "!redis|str|elsewhere";
  rows->Put("!txn|lock|" + key, kT0,
            "\x01" + U64(kT0) + U64(kT0 + (uint64_t{30000} << 16)) + std::string(1, '\0') +
                U64(primary.size()) + primary);
  rows->Put("!txn|int|" + key, kT0, "\x01" + U64(kT0) + std::string(1, '\0') + U64(3) + "new");
}

TEST_CASE("a record beside transactions that were under way") {
  SnapshotBuilder rows;
  rows.Put(StrKey("a"), kT0 - 9, StringValue("old a"));
  rows.Put(StrKey("b"), kT0 - 9, StringValue("old b"));
  PutOpenLock(&rows, StrKey("b"));
  PutUnreadable(&rows, StrKey("c"));
  rows.Put("!hs|fld|junk", kT0, "x");
  const Asked other = AskRows(rows, StringPath("a"));
  CHECK(other.content == "old a");
  CHECK(other.report.scope == GetScope::kRecord);
  CHECK(other.report.whole());
  const Asked locked = AskRows(rows, StringPath("b"));
  CHECK(locked.content == "old b");
  CHECK_FALSE(locked.report.whole());
  CHECK(locked.report.findings.by_code().count("txn_unresolved") == 1);
}

TEST_CASE("a list whose name begins like a delta of another list") {
  const std::string delta_like = "d|" + std::string("\0\0\0\1k", 5) + "tail";
  SnapshotBuilder rows;
  rows.Put(ListMetaKey("k"), kT0, ListMetaValue(0, 1)).Put(ItemKey("k", 0), kT0, "v");
  rows.Put(ListMetaKey(delta_like), kT0, "a meta of no known size");
  const Asked asked = AskRows(rows, "redis/db_0/lists/k.json");
  CHECK(asked.report.scope == GetScope::kRecord);
  CHECK(asked.report.whole());
}

TEST_CASE("what means loss stays a warning, all else becomes a note") {
  Findings found;
  for (const char* code : {"s3_etag_mismatch", "sqs_partitions_maybe_elsewhere", "no_checksum",
                           "s3_bucket_meta_missing", "nothing_matched"}) {
    found.Warn(code, "text", "example", 2);
  }
  Findings told;
  AddRecordFindings(found, AddressKind::kRecord, &told);
  REQUIRE(told.by_code().size() == 4);
  CHECK(told.by_code().at("s3_etag_mismatch").severity == Severity::kWarning);
  CHECK(told.by_code().at("no_checksum").severity == Severity::kWarning);
  CHECK(told.by_code().at("no_checksum").count == 2);
  CHECK(told.by_code().at("s3_bucket_meta_missing").severity == Severity::kNote);
  CHECK(told.by_code().at("sqs_partitions_maybe_elsewhere").severity == Severity::kNote);
  Findings of_list;
  AddRecordFindings(found, AddressKind::kList, &of_list);
  CHECK(of_list.by_code().at("s3_etag_mismatch").severity == Severity::kNote);
}

}  // namespace
}  // namespace snaptree::test
