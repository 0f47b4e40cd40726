// Small snapshots, damaged in every possible way that is small: each truncation and each flipped
// bit.
#include "tests/support/damage.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "base/checksum.h"
#include "base/coding.h"
#include "formats/single_bit_error.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

TEST_CASE("every flipped bit is found, and located where the header can still be read") {
  for (const DamageCase& example : DamageCases()) {
    CAPTURE(example.name);
    const std::string bytes = example.builder.Bytes();
    REQUIRE(OpenBytes(bytes).status.ok());
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        CAPTURE(at, bit);
        const OpenedSnapshot opened = OpenBytes(WithFlippedBit(bytes, at, bit));
        REQUIRE_FALSE(opened.status.ok());
        const ErrorInfo& info = opened.status.info();
        INFO(opened.status.Message());
        REQUIRE(info.kind == ErrorKind::kData);
        if (example.SaysWhatItIs(at)) {
          REQUIRE(std::set<std::string>{"FsmHeaderUnknown", "FsmHeaderLength", "PayloadUnknown",
                                        "PayloadLegacyStream", "PayloadTruncated",
                                        "RaftStateInvalid"}
                      .contains(info.code));
        } else {
          REQUIRE(info.code == "FsmChecksum");
          REQUIRE(info.offset == at);
          REQUIRE(info.what.find("bit " + std::to_string(bit)) != std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("every truncation is found, but for those that leave a file without a footer") {
  for (const DamageCase& example : DamageCases()) {
    CAPTURE(example.name);
    const std::string bytes = example.builder.Bytes();
    const std::vector<size_t> offsets = example.builder.RowOffsets();
    const std::vector<StoredRow> rows = example.builder.Rows();
    for (size_t size = 0; size < bytes.size(); ++size) {
      CAPTURE(size);
      const OpenedSnapshot opened = OpenBytes(Slice(bytes).substr(0, size));
      if (!opened.status.ok()) {
        INFO(opened.status.Message());
        REQUIRE(opened.status.kind() == ErrorKind::kData);
        REQUIRE(opened.status.code() != "RowLength");  // nothing is wrong with the rows
        if (size > offsets[0]) REQUIRE(opened.status.info().offset.has_value());
        continue;
      }
      // Legal by spec 1.5: the end of the headers, or of a row.
      const auto row_end = std::find(offsets.begin(), offsets.end(), size);
      REQUIRE((row_end != offsets.end() || size == example.header_bytes));
      REQUIRE(opened.finding("no_checksum") != nullptr);
      REQUIRE_FALSE(opened.input.container->info().crc32c.has_value());
      const auto left = row_end == offsets.end() ? 0 : row_end - offsets.begin();
      REQUIRE(AllRows(opened) == std::vector<StoredRow>(rows.begin(), rows.begin() + left));
      if (example.header_bytes == 0) continue;
      // With an FSM header it is a warning, and it needs the row that every live store has.
      REQUIRE(opened.finding("no_checksum")->severity == Severity::kWarning);
      if (row_end != offsets.end() && opened.input.container->info().last_commit_ts != 0) {
        REQUIRE(opened.scan.meta_last_commit_ts.has_value());
      }
    }
  }
}

TEST_CASE("a truncation is not taken for a flipped bit, also when a bit explains the checksum") {
  SnapshotBuilder builder;
  builder.Header1(1).Metadata("_meta_last_commit_ts", kT1);
  for (int n = 0; n < 800; ++n) {
    builder.Put("!hs|fld|" + std::to_string(10000 + n * 7919 % 8000),
                kT0 + static_cast<uint64_t>(n), std::string(40, static_cast<char>(n)));
  }
  const std::string bytes = builder.Bytes();
  // Of all 68,879 truncations these are the ones whose last 4 bytes are one flipped bit away from a
  // right footer.
  for (const size_t size : {19462U, 35861U, 38625U, 41338U, 47537U, 53134U, 63254U}) {
    CAPTURE(size);
    const Slice cut = Slice(bytes).substr(0, size);
    const uint32_t last = LoadBe32(cut.data() + size - 4);
    REQUIRE(LocateSingleBitError(Crc32c(cut.substr(0, size - 4)), last, size - 4).has_value());
    const OpenedSnapshot opened = OpenBytes(cut);
    REQUIRE_FALSE(opened.status.ok());
    INFO(opened.status.Message());
    CHECK(opened.status.code() != "FsmChecksum");
    CHECK(opened.status.Message().find("flipped bit") == std::string::npos);
  }
}

}  // namespace
}  // namespace snaptree
