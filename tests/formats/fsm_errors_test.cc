// Every way in which the `.fsm` envelope and its row stream are refused: code, kind, offset, and
// what the message says.
#include <catch2/catch.hpp>

#include "base/checksum.h"
#include "base/coding.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

struct Expected {
  std::string code;
  std::optional<uint64_t> offset;
  std::string said;  // in the message
};

void CheckRefused(Slice bytes, const Expected& expected) {
  const MemoryFile file(bytes);
  const OpenedSnapshot opened = OpenPath(file.path());
  REQUIRE_FALSE(opened.status.ok());
  const ErrorInfo& info = opened.status.info();
  CAPTURE(opened.status.Message());
  CHECK(info.code == expected.code);
  CHECK(info.kind == ErrorKind::kData);
  CHECK(info.source == file.path());
  CHECK(info.offset == expected.offset);
  CHECK(opened.status.Message().find(expected.said) != std::string::npos);
  // An error is found again, the same, when the input is tried again.
  CHECK(OpenPath(file.path()).status.Message() == opened.status.Message());
}

SnapshotBuilder Live() {
  SnapshotBuilder builder;
  builder.Header1(1)
      .Put("!hs|fld|a", kT0, "first")
      .Put("!hs|fld|b", kT0, "second")
      .Metadata("_meta_last_commit_ts", kT0);
  return builder;
}

std::string Le64(uint64_t v) {
  std::string bytes;
  AppendLe64(&bytes, v);
  return bytes;
}

TEST_CASE("an empty file") { CheckRefused("", {"InputEmpty", std::nullopt, "found 0 bytes"}); }

TEST_CASE("FSM headers of unknown versions") {
  CheckRefused(SnapshotBuilder().Prefix("EKVTHLC3........").Bytes(),
               {"FsmHeaderUnknown", 0, "EKVTHLC3"});
  CheckRefused(SnapshotBuilder().Prefix("EKVTHLC0........").Bytes(), {"FsmHeaderUnknown", 0, ""});
  CheckRefused("EKVTHLCX", {"FsmHeaderUnknown", 0, "found \"EKVTHLCX\""});
  CheckRefused(Slice("EKVTHLC\0", 8), {"FsmHeaderUnknown", 0, "EKVTHLC\\x00"});
}

TEST_CASE("header lengths of version 2: 16 to 1024") {
  for (const int length : {0, 1, 15, 1025, 1026, 65535}) {
    CAPTURE(length);
    CheckRefused(
        SnapshotBuilder().Header2(1, 2, static_cast<uint16_t>(length)).Put("a", kT0, "x").Bytes(),
        {"FsmHeaderLength", 8, "found " + std::to_string(length)});
  }
  for (const int length : {16, 17, 1023, 1024}) {
    CAPTURE(length);
    const OpenedSnapshot opened = OpenBytes(
        SnapshotBuilder().Header2(1, 2, static_cast<uint16_t>(length)).Put("a", kT0, "x").Bytes());
    REQUIRE(opened.status.ok());
    CHECK(opened.input.container->info().raft_cutover_index == 2U);
    CHECK(opened.scan.rows == 1);
  }
}

TEST_CASE("a file that ends inside its headers") {
  const std::string one = SnapshotBuilder().Header1(1).Put("a", kT0, "x").Bytes();
  const std::string two = SnapshotBuilder().Header2(1, 2, 20).Put("a", kT0, "x").Bytes();
  for (size_t size = 8; size < 16; ++size) {
    CAPTURE(size);
    CheckRefused(Slice(one).substr(0, size), {"PayloadTruncated", size, "inside its header"});
  }
  for (size_t size = 8; size < 30; ++size) {
    CAPTURE(size);
    CheckRefused(Slice(two).substr(0, size), {"PayloadTruncated", size, "inside its header"});
  }
  // Too short for a magic of any kind.
  for (size_t size = 1; size < 8; ++size) {
    CAPTURE(size);
    if (size == 4) continue;  // four bytes are a footer of an empty store
    CheckRefused(Slice(one).substr(0, size), {"PayloadTruncated", size, "bytes of payload"});
  }
  CheckRefused("EKVT", {"FsmChecksum", 0, "expected crc32c 454b5654 over 0 bytes"});
  // Behind the FSM header: 4 bytes are a footer, 0 bytes an empty store.
  for (const size_t size : {17U, 18U, 19U, 21U, 22U, 23U}) {
    CAPTURE(size);
    CheckRefused(Slice(one).substr(0, size), {"PayloadTruncated", size, "bytes of payload"});
  }
  CheckRefused(Slice(one).substr(0, 20), {"FsmChecksum", 16, ""});
  for (size_t size = 24; size < 32; ++size) {
    CAPTURE(size);
    CheckRefused(Slice(one).substr(0, size),
                 {"PayloadTruncated", size, "header of its row stream"});
  }
}

TEST_CASE("a doubled FSM header") {
  const std::string inner = Live().Bytes();
  CheckRefused(SnapshotBuilder().Header1(5).Bytes().substr(0, 16) + inner,
               {"FsmHeaderUnknown", 16, "second FSM header"});
  const OpenedSnapshot opened =
      OpenBytes(SnapshotBuilder().Header1(5).Bytes().substr(0, 16) + inner);
  CHECK(opened.status.info().next.find("16 bytes") != std::string::npos);
}

TEST_CASE("headers without a payload") {
  const auto with_footer = [](SnapshotBuilder& builder) {
    std::string head = builder.Footer(FooterKind::kNone).Bytes();
    head.resize(head.size() - 16);
    AppendBe32(&head, Crc32c(head));
    return head;
  };
  SnapshotBuilder one;
  const OpenedSnapshot empty = OpenBytes(with_footer(one.Header1(1767225604000)));
  REQUIRE(empty.status.ok());
  CHECK(empty.scan.rows == 0);
  CHECK(empty.input.container->info().format == "EKVTHLC1");
  CHECK(empty.input.container->info().hlc_ceiling_ms == 1767225604000U);
  CHECK(empty.finding("empty_payload") != nullptr);

  std::string wrong = with_footer(one);
  wrong.back() = static_cast<char>(wrong.back() ^ 0x7e);
  CheckRefused(wrong, {"FsmChecksum", 16, ""});

  const OpenedSnapshot no_footer = OpenBytes(SnapshotBuilder().Header1(1).Bytes().substr(0, 16));
  REQUIRE(no_footer.status.ok());
  CHECK(no_footer.scan.rows == 0);
  REQUIRE(no_footer.finding("no_checksum") != nullptr);
  CHECK(no_footer.finding("no_checksum")->severity == Severity::kWarning);
}

TEST_CASE("lengths that are larger than the rest of the file") {
  const std::string head = SnapshotBuilder().Footer(FooterKind::kNone).Bytes();
  const std::string key = RawKey("key", kT0);
  const std::string good = FramedRow(RawKey("a", kT0), StoredValue("x"));
  const auto file = [&](const std::string& row) { return head + good + row; };
  const uint64_t at = head.size() + good.size();
  for (const uint64_t length :
       {uint64_t{1} << 63, UINT64_MAX, UINT64_MAX - 7, uint64_t{1} << 32, uint64_t{1048576 + 9}}) {
    CAPTURE(length);
    CheckRefused(file(Le64(length) + key), {"RowLength", at, std::to_string(length)});
  }
  // A key that a node could have written: then it is the file that was cut.
  CheckRefused(file(Le64(1048576 + 8) + key), {"PayloadTruncated", at, "inside a row"});
  CheckRefused(file(Le64(12) + key), {"PayloadTruncated", at, "inside a row: its key"});
  for (const uint64_t length : {uint64_t{1} << 63, UINT64_MAX, uint64_t{268435456} + 9 + 34 + 1}) {
    CAPTURE(length);
    CheckRefused(file(Le64(key.size()) + key + Le64(length) + "value"),
                 {"RowLength", at, std::to_string(length)});
  }
  CheckRefused(file(Le64(key.size()) + key + Le64(268435456 + 9 + 34) + "value"),
               {"PayloadTruncated", at, "inside a row: its value"});
  CheckRefused(file(Le64(key.size()) + key + "1234567"), {"PayloadTruncated", at, "value length"});
  CheckRefused(file(Le64(key.size()) + key), {"PayloadTruncated", at, "value length"});
  CheckRefused(file(Le64(0)), {"PayloadTruncated", at, "value length"});
}

TEST_CASE("keys over the limit of live nodes are read, keys over ours are refused") {
  const OpenedSnapshot longer = OpenBytes(
      SnapshotBuilder().Put(std::string(1048577, 'k'), kT0, "x").Put("a", kT0, "y").Bytes());
  REQUIRE(longer.status.ok());
  CHECK(longer.scan.of(BareFamily()).live == 2);

  const std::string bytes =
      SnapshotBuilder().Put(std::string((64 << 20) - 7, 'k'), kT0, "").Bytes();
  CheckRefused(bytes, {"RowLength", 16, "longer than any store can hold"});
}

TEST_CASE("rows that are out of order, and rows that stand twice") {
  SnapshotBuilder builder;
  builder.Header1(1).KeepOrder().Put("!hs|fld|a", kT0, "1").Put("!hs|fld|c", kT0, "3");
  const uint64_t third = builder.RowOffsets().back();
  SnapshotBuilder order = builder;
  order.Put("!hs|fld|b", kT0, "2");
  CheckRefused(order.Bytes(), {"RowOrder", third, "row \"!hs|fld|b\" (family !hs|fld|)"});
  CheckRefused(order.Bytes(), {"RowOrder", third, "writer made this"});
  SnapshotBuilder twice = builder;
  twice.Put("!hs|fld|c", kT0, "3");
  CheckRefused(twice.Bytes(), {"RowDuplicate", third, "row \"!hs|fld|c\" (family !hs|fld|)"});
  SnapshotBuilder shorter = builder;
  shorter.Raw("!hs|fld|c", StoredValue(""));
  CheckRefused(shorter.Bytes(), {"RowOrder", third, ""});
  SnapshotBuilder empty_key = builder;
  empty_key.Raw("", StoredValue(""));
  CheckRefused(empty_key.Bytes(), {"RowOrder", third, ""});
  CheckRefused(SnapshotBuilder().KeepOrder().Raw("", "").Raw("", "").Bytes(),
               {"RowDuplicate", 32, ""});
  // The same across two batches and two blocks.
  SnapshotBuilder many;
  for (int n = 0; n < 5000; ++n)
    many.Put("k" + std::to_string(10000 + n), kT0, std::string(60, 'x'));
  many.KeepOrder().Put("k10000", kT0, "again");
  const std::vector<size_t> offsets = many.RowOffsets();
  CheckRefused(many.Bytes(), {"RowOrder", offsets[offsets.size() - 2], "k10000"});
}

TEST_CASE("footers") {
  const uint64_t end = Live().RowOffsets().back();
  CheckRefused(Live().Footer(FooterKind::kWrong).Bytes(), {"FsmChecksum", end, "expected crc32c"});
  CheckRefused(Live().Footer(FooterKind::kLittleEndian).Bytes(),
               {"FsmChecksum", end, "footer_little_endian"});
  const std::string bare = Live().Footer(FooterKind::kNone).Bytes();
  for (size_t extra = 1; extra < 8; ++extra) {
    CAPTURE(extra);
    const std::string bytes = bare + std::string(extra, 'x');
    if (extra == 4) {
      CheckRefused(bytes, {"FsmChecksum", end, ""});
    } else {
      CheckRefused(bytes, {"TrailingBytes", end, "found " + std::to_string(extra) + " bytes"});
    }
  }
  for (size_t extra = 1; extra < 4; ++extra) {  // and behind a right footer
    CAPTURE(extra);
    CheckRefused(Live().Bytes() + std::string(extra, '\0'), {"TrailingBytes", end, ""});
  }
}

TEST_CASE("a last row whose length takes in the footer") {
  // Written so: the checksum covers the wrong length, so no disk did it.
  std::string bytes = Live().Footer(FooterKind::kNone).Bytes();
  bytes[bytes.size() - 8 - 8] = 12;  // the length of the last value, which has 8 bytes
  AppendBe32(&bytes, Crc32c(bytes));
  const std::vector<size_t> offsets = Live().RowOffsets();
  CheckRefused(bytes, {"RowLength", offsets[2], "writer made this"});
  // Flipped on the disk: then the checksum tells.
  bytes = Live().Bytes();
  const size_t length_at = bytes.size() - 4 - 8 - 8;
  bytes[length_at] = 12;
  CheckRefused(bytes, {"FsmChecksum", length_at, "bit 2, in the value length of row"});
}

TEST_CASE("a file without a footer") {
  const OpenedSnapshot whole = OpenBytes(Live().Footer(FooterKind::kNone).Bytes());
  REQUIRE(whole.status.ok());
  CHECK(whole.scan.rows == 3);
  REQUIRE(whole.finding("no_checksum") != nullptr);
  CHECK(whole.finding("no_checksum")->severity == Severity::kWarning);
  CHECK_FALSE(whole.input.container->info().crc32c.has_value());

  // Cut between two rows: the row that ends every live store is missing.
  const std::vector<size_t> offsets = Live().RowOffsets();
  for (size_t n = 0; n + 1 < offsets.size(); ++n) {
    CAPTURE(n);
    CheckRefused(Slice(Live().Bytes()).substr(0, offsets[n]),
                 {"PayloadTruncated", offsets[n], "_meta_last_commit_ts"});
  }
  // Behind that row bare keys may stand: there a cut cannot be seen.
  SnapshotBuilder bare_keys = Live();
  bare_keys.Put("a", kT0, "x").Put("b", kT0, "y");
  const OpenedSnapshot cut =
      OpenBytes(Slice(bare_keys.Bytes()).substr(0, bare_keys.RowOffsets()[4]));
  REQUIRE(cut.status.ok());
  CHECK(cut.scan.rows == 4);
  CHECK(cut.finding("no_checksum") != nullptr);
  // Without FSM header it is what an encoder writes: worth a note only.
  const OpenedSnapshot bare =
      OpenBytes(SnapshotBuilder().Put("a", kT0, "x").Footer(FooterKind::kNone).Bytes());
  REQUIRE(bare.status.ok());
  REQUIRE(bare.finding("no_checksum") != nullptr);
  CHECK(bare.finding("no_checksum")->severity == Severity::kNote);
}

}  // namespace
}  // namespace snaptree
