// EKVMVCC2: spec 01 chapter 4, vector V11.
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "tests/support/damage.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/version_list_builder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

constexpr char kV11[] =
    "454b564d56434332010000003b3369041400000000000000000000000000000002000000000000006b310200000000"
    "0000000a00000000000000000000000000000000020000000000000076311400000000000000010000000000000000"
    "0"
    "000000000000000";

VersionListBuilder SmallList() {
  VersionListBuilder list(kT1, kT0);
  list.Key("!redis|str|a", 2).Version(kT0, "old").Version(kT1, "new");
  list.Key("gone", 2).Version(kT0, "was").Tombstone(kT1);
  list.Key("none", 0);
  list.Key("z", 1).Version(kT0, "last", kT1);
  return list;
}

std::string Whole() { return WithFooter(FsmHeader1(5) + SmallList().Bytes()); }

ErrorInfo ErrorOf(Slice bytes) {
  const OpenedSnapshot opened = OpenBytes(bytes);
  REQUIRE_FALSE(opened.status.ok());
  CHECK(opened.status.kind() == ErrorKind::kData);
  CHECK_FALSE(opened.status.info().source.empty());
  return opened.status.info();
}

void CheckRows(Slice bytes, const VersionListBuilder& list, const OpenInputOptions& options = {}) {
  const OpenedSnapshot opened = OpenBytes(bytes, options);
  INFO((opened.status.ok() ? "" : opened.status.Message()));
  REQUIRE(opened.status.ok());
  CHECK(AllRows(opened) == list.Rows());
  CHECK(opened.scan.rows == list.Rows().size());
}

TEST_CASE("V11: two versions, the newer one a tombstone") {
  VersionListBuilder list(20, 0);
  list.Key("k1", 2).Version(10, "v1").Tombstone(20);
  CHECK(list.Bytes() == Unhex(kV11));
  const OpenedSnapshot opened = OpenBytes(Unhex(kV11));
  REQUIRE(opened.status.ok());
  const std::vector<StoredRow> expected{{RawKey("k1", 20), StoredValue("", 0, 1)},
                                        {RawKey("k1", 10), StoredValue("v1")}};
  CHECK(AllRows(opened) == expected);
  const ContainerInfo& info = opened.input.container->info();
  CHECK(info.format == "EKVMVCC2");
  CHECK(info.bytes == 102);
  CHECK(info.last_commit_ts == 20);
  REQUIRE(info.metadata.has_value());
  CHECK(info.metadata->min_retained_ts == 0);
  CHECK_FALSE(info.crc32c.has_value());
  CHECK(LiveRows(opened).empty());
  for (const uint64_t at : {10U, 19U}) {
    ScanOptions scan;
    scan.at = at;
    const OpenedSnapshot then = OpenBytes(Unhex(kV11), {}, scan);
    REQUIRE(then.status.ok());
    CHECK(LiveRows(then) == std::map<std::string, std::string>{{"k1", "v1"}});
  }
}

TEST_CASE("a version whose raw key is one of the store's own is damage") {
  for (const std::string raw_key :
       {"_meta_last_commit_ts", "_meta_min_retained_ts", "_meta_pending_min_retained_ts",
        "_meta_applied_index", "!encryption|writers|aaaa|bb"}) {
    CAPTURE(raw_key);
    const std::string key = raw_key.substr(0, raw_key.size() - 8);
    const uint64_t ts = ~LoadBe64(raw_key.data() + key.size());
    VersionListBuilder list(kT1, kT0);
    list.Key("!a", 1).Version(kT0, "kept");
    list.Key(key, 1).Version(ts, "8 bytes.");
    const std::string bytes = WithFooter(list.Bytes());
    CHECK(ErrorOf(bytes).code == "RowReserved");
    OpenInputOptions options;
    options.salvage = true;
    const OpenedSnapshot opened = OpenBytes(bytes, options);
    REQUIRE(opened.status.ok());
    CHECK(AllRows(opened).size() == 1);
    VersionListBuilder near(kT1, kT0);
    near.Key(key + "+", 1).Version(ts, "8 bytes.");
    CHECK(OpenBytes(WithFooter(near.Bytes())).status.ok());
  }
}

TEST_CASE("version lists between an FSM header and a footer") {
  const OpenedSnapshot opened = OpenBytes(Whole());
  REQUIRE(opened.status.ok());
  CHECK(AllRows(opened) == SmallList().Rows());
  const ContainerInfo& info = opened.input.container->info();
  CHECK(info.format == "EKVTHLC1+EKVMVCC2");
  CHECK(info.hlc_ceiling_ms == 5U);
  CHECK(info.crc32c == LoadBe32(Whole().data() + Whole().size() - 4));
  CHECK(info.metadata->min_retained_ts == kT0);
  CHECK(opened.finding("no_checksum") == nullptr);
  CheckRows(FsmHeader1(5) + SmallList().Bytes(), SmallList());
  CheckRows(WithFooter(SmallList().Bytes()), SmallList());
  CheckRows(ZstdFrame(Whole()), SmallList());
  CheckRows(VersionListBuilder(0, 0).Bytes(), VersionListBuilder(0, 0));
}

TEST_CASE("version lists come out in the order of raw keys") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    std::set<std::string> keys{""};
    for (int i = 0; i < 12; ++i) {
      std::string key;
      while (random() % 4 != 0) key += "a\xfe\xff\x00\x64"[random() % 5];
      keys.insert(key);
    }
    VersionListBuilder list(kT1, 0);
    for (const std::string& key : keys) {
      const uint64_t n = random() % 4;
      list.Key(key, n);
      for (uint64_t i = 0; i < n; ++i)
        list.Version(kT0 + i * 0x10000 + random() % 3, std::to_string(random()), random() % 2);
    }
    CheckRows(list.Bytes(), list);
  }
}

TEST_CASE("large values are read from their places") {
  VersionListBuilder list(kT1, 0);
  std::string body(3 << 20, 'x');
  for (size_t i = 0; i < body.size(); i += 1009) body[i] = static_cast<char>(i);
  list.Key("a", 3).Version(1, body.substr(0, 512)).Version(2, body.substr(0, 513)).Version(3, "");
  list.Key("ab", 2).Version(1, body).Version(2, Slice(body).substr(7, 1 << 20), 9);
  list.Key(std::string(1048576, 'k'), 1).Version(kT0, body.substr(3, 70000));
  CheckRows(list.Bytes(), list);
  CheckRows(WithFooter(FsmHeader1(0) + list.Bytes()), list);
}

TEST_CASE("more versions than the memory holds are sorted in scratch") {
  VersionListBuilder list(kT1, 0);
  std::string key;
  for (int i = 0; i < 15000; ++i) {
    key.clear();
    AppendBe32(&key, static_cast<uint32_t>(i));
    list.Key(key, 2).Version(kT0, std::string(200, 'o')).Version(kT1, key + std::string(190, 'n'));
  }
  OpenInputOptions options;
  options.memory_bytes = 4 << 20;
  CheckRows(list.Bytes(), list, options);
}

TEST_CASE("a tombstone is one, whatever its flag and body") {
  VersionListBuilder list(20, 0);
  list.Key("k", 1).Version(20, "body", 3, 0xff);
  CheckRows(list.Bytes(), list);
}

TEST_CASE("every flipped bit of version lists is an error") {
  const std::set<std::string> codes{"MvccChecksum",     "FsmChecksum",        "RowLength",
                                    "PayloadTruncated", "TrailingBytes",      "VersionOrder",
                                    "RowOrder",         "RowDuplicate",       "PayloadUnknown",
                                    "FsmHeaderUnknown", "FsmHeaderLength",    "VersionListsVersion",
                                    "PayloadLegacyGob", "PayloadLegacyStream"};
  for (const std::string& good : {Unhex(kV11), Whole(), WithFooter(SmallList().Bytes())}) {
    for (size_t at = 0; at < good.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        CAPTURE(at, bit);
        const ErrorInfo error = ErrorOf(WithFlippedBit(good, at, bit));
        CAPTURE(error.code);
        CHECK(codes.contains(error.code));
      }
    }
  }
}

TEST_CASE("version lists that are cut are an error") {
  const std::string good = Whole();
  for (size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    if (size == FsmHeader1(0).size()) {
      // An empty store without footer looks so: told, as of every form without one.
      CHECK(OpenBytes(Slice(good).substr(0, size)).finding("no_checksum") != nullptr);
    } else if (size == good.size() - 4) {
      CheckRows(Slice(good).substr(0, size), SmallList());  // the footer may be missing
    } else {
      ErrorOf(Slice(good).substr(0, size));
    }
  }
}

TEST_CASE("bytes behind version lists are an error") {
  for (size_t n = 1; n < 40; ++n) {
    CAPTURE(n);
    const std::string code = ErrorOf(SmallList().Bytes() + std::string(n, '\0')).code;
    CHECK(code == (n == 4 ? "FsmChecksum" : n < 16 ? "TrailingBytes" : "RowOrder"));
  }
  CHECK(ErrorOf(Whole() + "x").code == "TrailingBytes");
}

TEST_CASE("lengths of version lists are checked before they are believed") {
  const auto with = [](auto change) {
    VersionListBuilder list(20, 0);
    list.Key("a", 1).Version(1, "v");
    change(list);
    return ErrorOf(list.Bytes());
  };
  const auto number = [](uint64_t v) {
    std::string bytes;
    AppendLe64(&bytes, v);
    return bytes;
  };
  for (const uint64_t length : {uint64_t{1048577}, uint64_t{1} << 63, UINT64_MAX}) {
    CAPTURE(length);
    const ErrorInfo key = with([&](auto& l) { l.Raw(number(length) + std::string(32, 'b')); });
    CHECK(key.code == "RowLength");
    CHECK(key.offset == 32 + 8 + 1 + 8 + 25 + 1);
    const ErrorInfo count = with([&](auto& l) { l.Key("b", length).Version(1, "v"); });
    CHECK(count.code == "RowLength");
    if (length < 268435457) continue;
    const std::string version = number(1) + std::string(9, '\0') + number(length) + "v";
    CHECK(with([&](auto& l) { l.Key("b", 1).Raw(version); }).code == "RowLength");
  }
  CHECK(with([&](auto& l) { l.Raw(number(1000000) + std::string(32, 'b')); }).code ==
        "PayloadTruncated");
  CHECK(with([&](auto& l) { l.Key("b", 3).Version(1, "v").Version(2, "v"); }).code ==
        "PayloadTruncated");
  const std::string cut = number(1) + std::string(9, '\0') + number(2) + "v";
  CHECK(with([&](auto& l) { l.Key("b", 1).Raw(cut); }).code == "PayloadTruncated");
}

TEST_CASE("version lists out of order are refused") {
  const auto code = [](const VersionListBuilder& list) { return ErrorOf(list.Bytes()).code; };
  CHECK(code(VersionListBuilder(20, 0).Key("a", 2).Version(2, "").Version(1, "")) ==
        "VersionOrder");
  CHECK(code(VersionListBuilder(20, 0).Key("a", 2).Version(2, "").Version(2, "")) ==
        "VersionOrder");
  CHECK(code(VersionListBuilder(20, 0).Key("b", 1).Version(2, "").Key("a", 1).Version(2, "")) ==
        "RowOrder");
  CHECK(code(VersionListBuilder(20, 0).Key("a", 1).Version(2, "").Key("a", 1).Version(3, "")) ==
        "RowDuplicate");
  CHECK(code(VersionListBuilder(20, 0).Key("a", 0).Key("a", 0)) == "RowDuplicate");
  CHECK(ErrorOf(VersionListBuilder(20, 0).Bytes(2)).code == "VersionListsVersion");
  CHECK(ErrorOf(SmallList().Bytes().substr(0, 31)).code == "PayloadTruncated");
}

TEST_CASE("a checksum that only the writer can have got wrong is told apart") {
  std::string bytes = SmallList().Bytes();
  bytes[12] = static_cast<char>(bytes[12] ^ 1);
  CHECK(ErrorOf(WithFooter(bytes)).what.find("the writer made this") != std::string::npos);
  CHECK(ErrorOf(WithFooter(bytes)).code == "MvccChecksum");
  CHECK(ErrorOf(bytes).what.find("writer") == std::string::npos);
}

TEST_CASE("salvage of version lists keeps whole entries before the damage") {
  const std::string good = Whole();
  VersionListBuilder first(kT1, kT0);
  first.Key("!redis|str|a", 2).Version(kT0, "old").Version(kT1, "new");
  const size_t second = FsmHeader1(0).size() + first.Bytes().size();
  // Inside the second entry, behind its older version: that must not pass for the newest.
  for (size_t size = second; size < second + 16 + 4 + 50 + 3; ++size) {
    if (size == second + 4) continue;  // those could be a footer
    CAPTURE(size);
    const OpenedSnapshot opened = SalvageBytes(Slice(good).substr(0, size));
    INFO((opened.status.ok() ? "" : opened.status.Message()));
    REQUIRE(opened.status.ok());
    CHECK(AllRows(opened) == first.Rows());
    const SalvageReport& report = opened.input.salvage;
    CHECK(report.rows_kept == 2);
    CHECK_FALSE(report.damage.empty());
    CHECK(report.bytes_lost == size - second);
    CHECK(report.lost_ranges == (size == second ? 0 : 1));
    if (size != second) CHECK(report.lost[0].after_key == "!redis|str|a");
    CHECK(report.end_missing == (size >= second + 16));
  }
  const OpenedSnapshot flipped = SalvageBytes(WithFlippedBit(good, good.size() - 5, 0));
  REQUIRE(flipped.status.ok());
  CHECK(flipped.input.salvage.damage.find("MvccChecksum") != std::string::npos);
  CHECK(flipped.input.salvage.rows_kept == 5);
  CHECK(flipped.input.salvage.lost_ranges == 0);
  CHECK(AllRows(flipped).size() == 5);
  const OpenedSnapshot whole = SalvageBytes(good);
  REQUIRE(whole.status.ok());
  CHECK(whole.input.salvage.empty());
  CHECK(AllRows(whole) == SmallList().Rows());
}

}  // namespace
}  // namespace snaptree
