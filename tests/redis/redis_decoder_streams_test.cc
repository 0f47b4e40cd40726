// Streams: spec 02 sections 2.6, 2.7 and 3.6, section 6 items 8 and 14.
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

const std::string& Meta() {
  static const std::string key = MetaKeyOf("stream", "s");
  return key;
}

struct Id {
  uint64_t ms;
  uint64_t seq;
  std::string text() const { return std::to_string(ms) + "-" + std::to_string(seq); }
};

SnapshotBuilder Entries(const std::vector<Id>& ids) {
  SnapshotBuilder rows;
  for (const Id& id : ids) rows.Put(EntryKey("s", id.ms, id.seq), kT0, EntryValue(id.text(), {}));
  return rows;
}

std::vector<EntryText> Texts(const std::vector<Id>& ids) {
  std::vector<EntryText> texts;
  for (const Id& id : ids) texts.push_back({id.text(), {}});
  return texts;
}

void CheckStream(const DecodedRows& out, const std::string& text, const Strings& findings) {
  CHECK(out.files == Files{{StreamPath("s"), text}});
  CHECK(out.findings() == findings);
}

TEST_CASE("entries in the order of their IDs, the meta last") {
  const std::vector<Id> ids = {{0, 1}, {0, 255}, {0, 256},
                               {1, 0}, {256, 0}, {UINT64_MAX, UINT64_MAX}};
  for (const size_t size : {48U, 32U, 24U}) {
    SnapshotBuilder rows = Entries(ids);
    rows.Put(Meta(), kT0, StreamMetaValue({6, UINT64_MAX, UINT64_MAX}, size));
    CheckStream(DecodeRows(rows), StreamText(Texts(ids), UINT64_MAX, UINT64_MAX), {});
  }
}

TEST_CASE("a stream without entries") {
  CheckStream(DecodeRows(SnapshotBuilder().Put(Meta(), kT0, StreamMetaValue({0, 7, 3, 99}))),
              "{\"_meta\":true,\"length\":0,\"last_ms\":7,\"last_seq\":3,\"expire_at_ms\":99}\n",
              {});
}

TEST_CASE("the ID of the key counts, not the one in the value") {
  SnapshotBuilder rows;
  rows.Put(EntryKey("s", 7, 1), kT0, EntryValue("0007-01", {"f", "v"}));
  rows.Put(EntryKey("s", 8, 0), kT0, EntryValue("", {"f", "v"}));
  rows.Put(Meta(), kT0, StreamMetaValue({2, 8, 0}));
  CheckStream(DecodeRows(rows), StreamText({{"7-1", {"f", "v"}}, {"8-0", {"f", "v"}}}, 8, 0), {});
}

TEST_CASE("fields keep their order and their duplicates, and may be binary") {
  const Strings fields = {"b", "1", "a", "2", "b", "3", "", "", "\xff", std::string("\0<", 2)};
  SnapshotBuilder rows;
  rows.Put(EntryKey("s", 1, 0), kT0, EntryValue("1-0", fields));
  rows.Put(Meta(), kT0, StreamMetaValue({1, 1, 0}));
  CheckStream(DecodeRows(rows), StreamText({{"1-0", fields}}, 1, 0), {});
}

TEST_CASE("entries at or below the trim cursor are invisible") {
  const std::vector<Id> ids = {{0, 0}, {5, 1}, {5, 2}, {5, 3}, {6, 0}};
  const auto decode = [&](uint64_t length, Id trimmed) {
    return DecodeRows(
        Entries(ids).Put(Meta(), kT0, StreamMetaValue({length, 6, 0, 0, trimmed.ms, trimmed.seq})));
  };
  const DecodedRows out = decode(2, {5, 2});
  CheckStream(out, StreamText(Texts({{5, 3}, {6, 0}}), 6, 0),
              {"note redis_stream_trimmed_entries 3"});
  CHECK(out.report.rows.operational == 3);
  CHECK(out.report.rows.emitted == 3);
  CHECK(out.report.complete());
  CheckStream(decode(0, {6, 0}), StreamText({}, 6, 0), {"note redis_stream_trimmed_entries 5"});
  CheckStream(decode(4, {0, 1}), StreamText(Texts({{5, 1}, {5, 2}, {5, 3}, {6, 0}}), 6, 0),
              {"note redis_stream_trimmed_entries 1"});
  // 0-0 as the cursor means that nothing was trimmed: an entry 0-0 is visible.
  CheckStream(decode(5, {0, 0}), StreamText(Texts(ids), 6, 0), {});
}

TEST_CASE("a recorded last ID below an entry's is raised") {
  const std::vector<Id> ids = {{5, 1}, {5, 9}};
  const auto decode = [&](Id last) {
    return DecodeRows(Entries(ids).Put(Meta(), kT0, StreamMetaValue({2, last.ms, last.seq})));
  };
  const Strings raised = {"warning redis_stream_last_id_raised 1"};
  CheckStream(decode({5, 8}), StreamText(Texts(ids), 5, 9), raised);
  CheckStream(decode({4, 99}), StreamText(Texts(ids), 5, 9), raised);
  CheckStream(decode({0, 0}), StreamText(Texts(ids), 5, 9), raised);
  CheckStream(decode({5, 9}), StreamText(Texts(ids), 5, 9), {});
  CheckStream(decode({5, 10}), StreamText(Texts(ids), 5, 10), {});
  CheckStream(decode({6, 0}), StreamText(Texts(ids), 6, 0), {});
}

TEST_CASE("length is the number of lines, and a mismatch is told") {
  const std::vector<Id> ids = {{1, 0}, {2, 0}};
  for (const uint64_t length : {0U, 1U, 3U}) {
    const DecodedRows out =
        DecodeRows(Entries(ids).Put(Meta(), kT0, StreamMetaValue({length, 2, 0})));
    CheckStream(out, StreamText(Texts(ids), 2, 0), {"warning redis_stream_length_mismatch 1"});
    CHECK_FALSE(out.report.complete());
  }
}

TEST_CASE("entries without a meta make no file") {
  const DecodedRows out = DecodeRows(Entries({{1, 0}, {2, 0}}));
  CHECK(out.files.empty());
  CHECK(out.findings() == Strings{"warning redis_stream_orphan_entries_without_meta 2"});
  CHECK(out.report.rows.operational == 2);
  const DecodedRows deleted = DecodeRows(
      Entries({{1, 0}}).Put(Meta(), kT0, StreamMetaValue({1, 1, 0})).Delete(Meta(), kT1));
  CHECK(deleted.files.empty());
}

TEST_CASE("a meta that cannot be read: entries are dumped, the TTL row counts") {
  for (const std::string& value :
       {std::string(), std::string(8, '\0'), std::string(23, '\0'), std::string(40, '\0'),
        std::string(49, '\0'), StreamMetaValue({uint64_t{1} << 63, 9, 9}),
        StreamMetaValue({UINT64_MAX, 9, 9}, 24)}) {
    INFO(Bv(value));
    const DecodedRows out = DecodeRows(
        Entries({{0, 0}, {3, 1}}).Put(Meta(), kT0, value).Put(TtlKey("s"), kT0, U64(44)));
    CHECK(out.files.at(StreamPath("s")) == StreamText(Texts({{0, 0}, {3, 1}}), 3, 1, 44));
    CHECK(out.damaged_codes() == Strings{"RedisInvalidStreamMeta"});
    CHECK(out.findings().empty());
    CHECK(out.report.rows.emitted == 2);
  }
}

TEST_CASE("entries that cannot be read are kept apart, the others are dumped") {
  const std::string good = EntryValue("2-0", {"f", "v"});
  for (const std::string& bad :
       {std::string(), good.substr(1), good.substr(0, 4), good.substr(0, good.size() - 1),
        good + "\x12", good + std::string("\x12\x05q", 3), EntryValue("2-0", {"f"}),
        EntryValue("2-0", {"f", "v", "g"}), std::string("{\"id\":\"2-0\"}"), good + '\xff'}) {
    INFO(Bv(bad));
    const DecodedRows out = DecodeRows(Entries({{1, 0}, {3, 0}})
                                           .Put(EntryKey("s", 2, 0), kT0, bad)
                                           .Put(Meta(), kT0, StreamMetaValue({3, 3, 0})));
    CHECK(out.files.at(StreamPath("s")) == StreamText(Texts({{1, 0}, {3, 0}}), 3, 0));
    CHECK(out.damaged_codes() == Strings{"RedisInvalidStreamEntry"});
    CHECK(out.findings() == Strings{"warning redis_stream_length_mismatch 1"});
    CHECK(out.report.rows.damaged == 1);
    CHECK(out.report.losses == 1);
  }
}

TEST_CASE("an entry of magic alone has no fields") {
  CheckStream(DecodeRows(SnapshotBuilder()
                             .Put(EntryKey("s", 1, 0), kT0, EntryValue("", {}))
                             .Put(Meta(), kT0, StreamMetaValue({1, 1, 0}))),
              StreamText({{"1-0", {}}}, 1, 0), {});
}

TEST_CASE("keys of entries and metas that do not fit") {
  const std::string entry = EntryKey("s", 1, 0);
  for (const std::string& key :
       {entry.substr(0, entry.size() - 1), entry + "x", std::string("!stream|entry|"),
        "!stream|entry|" + std::string("\xff\xff\xff\xffs", 5) + std::string(16, '\0'),
        Meta() + "x", Meta().substr(0, Meta().size() - 1), DeltaKeyOf("stream", "s", kT0)}) {
    INFO(Bv(key));
    const DecodedRows out = DecodeRows(Entries({{1, 1}})
                                           .Put(key, kT0, StreamMetaValue({1, 1, 1}))
                                           .Put(Meta(), kT0, StreamMetaValue({1, 1, 1})));
    CHECK(out.files.at(StreamPath("s")) == StreamText(Texts({{1, 1}}), 1, 1));
    CHECK(out.damaged_codes() == Strings{"RedisMalformedKey"});
  }
}

TEST_CASE("streams of keys that are prefixes of one another") {
  SnapshotBuilder rows;
  Files expected;
  for (const std::string& key : Strings{"", "s", "ss", std::string("s\0", 2), "s\xfe", "s\xff"}) {
    rows.Put(EntryKey(key, 1, 2), kT0, EntryValue("1-2", {"k", key}));
    rows.Put(MetaKeyOf("stream", key), kT0, StreamMetaValue({1, 1, 2}));
    expected[StreamPath(key)] = StreamText({{"1-2", {"k", key}}}, 1, 2);
  }
  CHECK(DecodeRows(rows).files == expected);
}

TEST_CASE("a legacy blob beside a stream is dead") {
  const DecodedRows out = DecodeRows(Entries({{1, 1}})
                                         .Put(Meta(), kT0, StreamMetaValue({1, 1, 1}))
                                         .Put(StreamBlobKey("s"), kT0, StreamBlob({{"9-9", {}}})));
  CheckStream(out, StreamText(Texts({{1, 1}}), 1, 1), {"warning redis_legacy_stream_blob 1"});
  CHECK(out.report.rows.operational == 1);
}

TEST_CASE("entries beside a legacy blob, without a meta, are orphans all the same") {
  const SnapshotBuilder rows =
      Entries({{1, 1}, {1, 2}}).Put(StreamBlobKey("s"), kT0, StreamBlob({{"9-9", {}}}));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.empty());
  CHECK(out.findings() == Strings{"warning redis_legacy_stream_blob 1",
                                  "warning redis_stream_orphan_entries_without_meta 2"});
  CHECK(out.report.rows.operational == 3);
  DecodeRowsOptions salvage;
  salvage.salvage = true;
  const DecodedRows salvaged = DecodeRows(rows, salvage);
  CHECK(salvaged.files == Files{{StreamPath("s"), StreamText({{"9-9", {}}}, 9, 9)}});
  CHECK(salvaged.report.rows.operational == 2);
}

TEST_CASE("salvage brings a legacy stream out, sorted by ID") {
  DecodeRowsOptions salvage;
  salvage.salvage = true;
  const auto decode = [&](const std::string& value) {
    return DecodeRows(
        SnapshotBuilder().Put(StreamBlobKey("s"), kT0, value).Put(TtlKey("s"), kT0, U64(44)),
        salvage);
  };
  const std::string blob =
      StreamBlob({{"10-1", {"f", "v", "f", "\xff"}}, {"9-18446744073709551615", {}}, {"10-0", {}}});
  CheckStream(
      decode(blob),
      StreamText({{"9-18446744073709551615", {}}, {"10-0", {}}, {"10-1", {"f", "v", "f", "\xff"}}},
                 10, 1, 44),
      {"warning redis_legacy_stream_blob 1"});
  CHECK(decode("").files == Files{{StreamPath("s"), StreamText({}, 0, 0, 44)}});
  for (const std::string& bad : {StreamBlob({{"10", {}}}), StreamBlob({{"1-1", {"f"}}}),
                                 StreamBlob({{"1-18446744073709551616", {}}}), std::string("x")}) {
    const DecodedRows out = decode(bad);
    CHECK(out.files.size() == 1);
    CHECK(out.damaged_codes().size() == 1);
    CHECK(out.report.losses == 1);
  }
}

}  // namespace
}  // namespace snaptree::test
