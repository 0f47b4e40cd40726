// --salvage on awkward inputs: values full of numbers, large rows, compressed files, small memory.
#include <filesystem>

#include <catch2/catch.hpp>

#include "base/cancel.h"
#include "base/coding.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

// A row whose key length is broken before a value of this body, and good rows behind it.
struct BrokenBefore {
  explicit BrokenBefore(const std::string& body) {
    builder.Put("a", kT0, "1").Put("b", kT0, body);
    for (const char* key : {"c", "d", "e", "f"}) builder.Put(key, kT0, key);
    bytes = builder.Bytes();
    bytes[builder.RowOffsets()[1] + 7] = '\x80';
  }
  SnapshotBuilder builder;
  std::string bytes;
};

bool HasTheRest(const OpenedSnapshot& opened) {
  const std::map<std::string, std::string> live = LiveRows(opened);
  for (const char* key : {"c", "d", "e", "f"}) {
    if (!live.contains(key)) return false;
  }
  return true;
}

TEST_CASE("a large value of plausible lengths does not take for ever") {
  // Nearly every offset in it could be a row with a key of a MiB.
  std::string body;
  while (body.size() < (6 << 20)) AppendLe64(&body, 983040);
  const OpenedSnapshot opened = SalvageBytes(BrokenBefore(body).bytes);
  REQUIRE(opened.status.ok());
  CHECK(HasTheRest(opened));
}

TEST_CASE("values of zeros, text, and other numbers are stepped over") {
  for (const uint64_t number : {uint64_t{0}, uint64_t{1}, uint64_t{9}, uint64_t{16}, uint64_t{255},
                                uint64_t{70000}, uint64_t{1} << 33, UINT64_MAX}) {
    CAPTURE(number);
    std::string body;
    while (body.size() < 50000) AppendLe64(&body, number);
    const OpenedSnapshot opened = SalvageBytes(BrokenBefore(body).bytes);
    REQUIRE(opened.status.ok());
    CHECK(HasTheRest(opened));
  }
  const BrokenBefore text(std::string(3 << 20, 'x'));
  const OpenedSnapshot opened = SalvageBytes(text.bytes);
  REQUIRE(opened.status.ok());
  CHECK(LiveRows(opened).size() == 4);
  CHECK(opened.input.salvage.lost_ranges == 1);
  CHECK(opened.input.salvage.bytes_lost ==
        text.builder.RowOffsets()[2] - text.builder.RowOffsets()[0]);
}

TEST_CASE("a value that holds keys and values of its own gives no rows") {
  // Framed like ours and in order between the rows around them, but no store committed them.
  std::string body = "x";
  for (const char* key : {"b-inner-key-1", "b-inner-key-2", "b-inner-key-3", "b-inner-key-4"}) {
    body += FramedRow(key, StoredValue("inner"));
  }
  const BrokenBefore broken(body + "x");
  const OpenedSnapshot opened = SalvageBytes(broken.bytes);
  REQUIRE(opened.status.ok());
  CHECK(HasTheRest(opened));
  CHECK(LiveRows(opened).size() == 4);
}

TEST_CASE("large keys and values before and behind a break are kept") {
  SnapshotBuilder builder;
  builder.Put("a", kT0, std::string(3 << 20, 'a'))
      .Put("a" + std::string((1 << 20) - 1, 'k'), kT0, "x")
      .Put("b", kT0, "suspect")
      .Put("c", kT0, "broken")
      .Put("d", kT0, std::string(2 << 20, 'd'))
      .Put("e", kT0, std::string(2 << 20, 'e'))
      .Put("f", kT0, "f")
      .Put("f" + std::string((1 << 20) - 1, 'k'), kT0, std::string(100000, 'g'))
      .Put("g", kT0, "g");
  std::string bytes = builder.Bytes();
  bytes[builder.RowOffsets()[3] + 5] = '\x80';
  const OpenedSnapshot opened = SalvageBytes(bytes);
  REQUIRE(opened.status.ok());
  std::vector<StoredRow> expected = builder.Rows();
  expected.erase(expected.begin() + 2, expected.begin() + 4);
  CHECK(AllRows(opened) == expected);
}

TEST_CASE("salvage sorts within its memory, in the scratch folder, and leaves nothing there") {
  SnapshotBuilder builder;
  builder.KeepOrder();
  for (int n = 0; n < 3000; ++n) {
    builder.Put("k" + std::to_string(n * 7919 % 3000 + 10000), kT0, std::to_string(n));
  }
  const TempFolder folder;
  OpenInputOptions options;
  options.salvage = true;
  options.memory_bytes = 64 << 10;
  options.scratch_folder = folder.path();
  const OpenedSnapshot opened = OpenBytes(builder.Bytes(), options);
  INFO(opened.status.Message());
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.rows == 3000);
  CHECK(LiveRows(opened).at("k10000") == "0");
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a damaged snapshot inside zstd is salvaged too") {
  SnapshotBuilder builder;
  for (int n = 0; n < 10; ++n) builder.Put("k" + std::to_string(n), kT0, "v");
  const OpenedSnapshot opened =
      SalvageBytes(ZstdFrame(Slice(builder.Bytes()).substr(0, builder.RowOffsets()[5] + 9)));
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.rows == 5);
  CHECK(opened.input.salvage.lost_ranges == 1);
  CHECK(SalvageBytes(Slice(ZstdFrame(builder.Bytes())).substr(0, 60)).status.code() ==
        "ZstdTruncated");
}

TEST_CASE("a signal ends salvage") {
  const BrokenBefore broken("x");
  g_cancel_signal = 15;
  const OpenedSnapshot opened = SalvageBytes(broken.bytes);
  g_cancel_signal = 0;
  REQUIRE_FALSE(opened.status.ok());
  CHECK(opened.status.kind() == ErrorKind::kCancelled);
}

}  // namespace
}  // namespace snaptree
