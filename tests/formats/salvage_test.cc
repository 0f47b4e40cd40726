// --salvage: what is whole of a damaged row stream comes out, nothing else does, and what is lost
// is said.
#include "formats/salvage.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "tests/support/damage.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

OpenedSnapshot Salvaged(Slice bytes) {
  OpenedSnapshot opened = SalvageBytes(bytes);
  INFO(opened.status.Message());
  REQUIRE(opened.status.ok());
  return opened;
}

std::vector<StoredRow> Without(std::vector<StoredRow> rows, const std::set<size_t>& dropped) {
  std::vector<StoredRow> kept;
  for (size_t n = 0; n < rows.size(); ++n) {
    if (!dropped.contains(n)) kept.push_back(std::move(rows[n]));
  }
  return kept;
}

SnapshotBuilder Live() {
  SnapshotBuilder builder;
  builder.Header1(7);
  AddManyFamilies(&builder);
  return builder;
}

std::string WithBytes(std::string bytes, size_t at, Slice other) {
  return bytes.replace(at, other.size(), other);
}

std::string Le64(uint64_t v) {
  std::string bytes;
  AppendLe64(&bytes, v);
  return bytes;
}

TEST_CASE("a whole file is read as without salvage") {
  const OpenedSnapshot opened = Salvaged(Live().Bytes());
  CHECK(opened.input.salvage.empty());
  CHECK(opened.input.container->info().crc32c.has_value());
  CHECK(AllRows(opened) == Live().Rows());
}

TEST_CASE("a wrong footer alone loses nothing") {
  const SnapshotBuilder builder = Live().Footer(FooterKind::kWrong);
  const OpenedSnapshot opened = Salvaged(builder.Bytes());
  CHECK(AllRows(opened) == builder.Rows());
  const SalvageReport& report = opened.input.salvage;
  CHECK(report.damage.find("[FsmChecksum]") != std::string::npos);
  CHECK(report.rows_kept == builder.Rows().size());
  CHECK(report.lost_ranges == 0);
  CHECK(report.rows_suspect == 0);
  CHECK(opened.scan.read_ts == kT1);
  const ContainerInfo& info = opened.input.container->info();
  CHECK(info.format == "EKVTHLC1+EKVPBBL1");
  CHECK(info.hlc_ceiling_ms == 7U);
  CHECK_FALSE(info.crc32c.has_value());  // nothing was verified
}

TEST_CASE("behind a broken length reading goes on at the next rows") {
  const SnapshotBuilder builder = Live();
  const std::vector<size_t> offsets = builder.RowOffsets();
  const std::vector<StoredRow> rows = builder.Rows();
  const OpenedSnapshot opened = Salvaged(WithBytes(builder.Bytes(), offsets[3], Le64(1ULL << 63)));
  // The row before is dropped too: its own length might be what is wrong.
  CHECK(AllRows(opened) == Without(rows, {2, 3}));
  const SalvageReport& report = opened.input.salvage;
  CHECK(report.rows_kept == rows.size() - 2);
  CHECK(report.rows_suspect == 1);
  CHECK(report.lost_ranges == 1);
  REQUIRE(report.lost.size() == 1);
  CHECK(report.lost[0].begin == offsets[2]);
  CHECK(report.lost[0].end == offsets[4]);
  CHECK(report.lost[0].after_key == rows[1].key);
  CHECK(report.lost[0].reason.find(std::to_string(offsets[3])) != std::string::npos);
  CHECK(report.bytes_lost == offsets[4] - offsets[2]);
  CHECK(report.damage.find("[RowLength]") != std::string::npos);
  CHECK(opened.source().name().find("(salvaged copy)") != std::string::npos);
}

TEST_CASE("several breaks, the first row, the last row") {
  const SnapshotBuilder builder = Live();
  const std::vector<size_t> offsets = builder.RowOffsets();
  const std::vector<StoredRow> rows = builder.Rows();
  const size_t last = rows.size() - 1;
  std::string bytes = WithBytes(builder.Bytes(), offsets[0], std::string(8, '\xff'));
  CHECK(AllRows(Salvaged(bytes)) == Without(rows, {0}));
  bytes = WithBytes(bytes, offsets[last], std::string(8, '\xff'));
  const OpenedSnapshot opened = Salvaged(bytes);
  CHECK(AllRows(opened) == Without(rows, {0, last - 1, last}));
  CHECK(opened.input.salvage.lost_ranges == 2);
  CHECK(opened.input.salvage.lost[0].after_key.empty());
  CHECK(opened.input.salvage.lost[1].end == bytes.size());
}

TEST_CASE("rows out of order are sorted, rows that stand twice are given once") {
  SnapshotBuilder builder;
  builder.KeepOrder()
      .Put("c", kT0, "3")
      .Put("a", kT0, "1")
      .Put("b", kT0, "2")
      .Put("c", kT0, "again")
      .Put("d", kT0, std::string(3 << 20, 'x'));
  const OpenedSnapshot opened = Salvaged(builder.Bytes());
  const std::map<std::string, std::string> live = LiveRows(opened);
  CHECK(live.size() == 4);
  CHECK(live.at("c") == "3");  // the first of them
  CHECK(live.at("d").size() == 3 << 20);
  const SalvageReport& report = opened.input.salvage;
  CHECK(report.rows_kept == 4);
  CHECK(report.rows_duplicate == 1);
  CHECK(report.rows_out_of_order == 1);
  CHECK(report.lost_ranges == 0);
}

TEST_CASE("a damaged stretch in the middle of many rows") {
  SnapshotBuilder builder;
  for (int n = 0; n < 5000; ++n) {
    builder.Put("k" + std::to_string(10000 + n), kT0,
                std::string(static_cast<size_t>(n % 700), 'x'));
  }
  const std::vector<size_t> offsets = builder.RowOffsets();
  const std::string bytes = builder.Bytes();
  const size_t begin = offsets[2000] + 3;
  const size_t end = offsets[2300] - 5;
  for (const char filler : {'\0', '\xff', 'k', '\x08'}) {
    CAPTURE(filler);
    const OpenedSnapshot opened =
        Salvaged(WithBytes(bytes, begin, std::string(end - begin, filler)));
    std::set<size_t> lost = {1999};
    for (size_t n = 2000; n < 2300; ++n) lost.insert(n);
    CHECK(AllRows(opened) == Without(builder.Rows(), lost));
    CHECK(opened.input.salvage.lost_ranges == 1);
    CHECK(opened.input.salvage.lost[0].begin == offsets[1999]);
    CHECK(opened.input.salvage.lost[0].end == offsets[2300]);
  }
}

TEST_CASE("every flipped bit: whole rows only, and losses are said") {
  for (const DamageCase& example : DamageCases()) {
    CAPTURE(example.name);
    const std::string bytes = example.builder.Bytes();
    const std::vector<StoredRow> rows = example.builder.Rows();
    const std::vector<size_t> offsets = example.builder.RowOffsets();
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        CAPTURE(at, bit);
        const OpenedSnapshot opened = SalvageBytes(WithFlippedBit(bytes, at, bit));
        if (!opened.status.ok()) {
          REQUIRE(example.SaysWhatItIs(at));
          continue;
        }
        const SalvageReport& report = opened.input.salvage;
        REQUIRE_FALSE(report.empty());
        const std::vector<StoredRow> kept = AllRows(opened);
        REQUIRE(report.rows_kept == kept.size());
        // The row that the bit stands in may come out changed, or not at all.
        const auto after = std::upper_bound(offsets.begin(), offsets.end(), at) - offsets.begin();
        size_t others = 0;
        size_t changed = 0;
        for (const StoredRow& row : kept) {
          const auto found = std::find(rows.begin(), rows.end(), row);
          if (found == rows.end()) {
            ++changed;
          } else {
            REQUIRE(found - rows.begin() != after - 1);
            ++others;
          }
        }
        const bool in_a_row = after >= 1 && static_cast<size_t>(after) <= rows.size();
        REQUIRE(changed <= (in_a_row ? 1 : 0));
        // A longer length that leads to the beginning of a row cannot be told from a right one:
        // then that row has taken others in, and only the checksum tells.
        const bool took_others_in = changed == 1;
        if (others + (in_a_row ? 1 : 0) < rows.size() && !took_others_in) {
          REQUIRE(report.lost_ranges > 0);
        }
      }
    }
  }
}

TEST_CASE("every truncation: all rows before it") {
  for (const DamageCase& example : DamageCases()) {
    CAPTURE(example.name);
    const std::string bytes = example.builder.Bytes();
    const std::vector<StoredRow> rows = example.builder.Rows();
    const std::vector<size_t> offsets = example.builder.RowOffsets();
    for (size_t size = example.header_bytes + 8; size < bytes.size(); ++size) {
      CAPTURE(size);
      const OpenedSnapshot opened = SalvageBytes(Slice(bytes).substr(0, size));
      INFO(opened.status.Message());
      REQUIRE(opened.status.ok());
      const std::vector<StoredRow> kept = AllRows(opened);
      const auto whole =
          std::upper_bound(offsets.begin(), offsets.end(), size) - offsets.begin() - 1;
      REQUIRE(kept == std::vector<StoredRow>(rows.begin(),
                                             rows.begin() + std::max<std::ptrdiff_t>(whole, 0)));
      REQUIRE(opened.input.salvage.rows_suspect == 0);
    }
  }
}

TEST_CASE("what cannot be salvaged is still an error") {
  for (const std::string& bytes :
       {std::string(), std::string("EKVTHLC9 and more"), std::string("not a snapshot"),
        SnapshotBuilder().Header2(1, 2, 15).Bytes(), std::string("EKVSSTI1 and more")}) {
    const OpenedSnapshot opened = SalvageBytes(bytes);
    REQUIRE_FALSE(opened.status.ok());
    CHECK(opened.status.kind() == ErrorKind::kData);
  }
}

}  // namespace
}  // namespace snaptree
