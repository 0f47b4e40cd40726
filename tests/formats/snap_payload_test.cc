// Snapshots whose payload stands in the `.snap` file itself: spec 01 sections 1.6 and 11.3.
#include "formats/snap_payload.h"

#include <catch2/catch.hpp>

#include "tests/support/opened_snapshot.h"
#include "tests/support/snap_file.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

std::string Payload() {
  return SnapshotBuilder()
      .Header1(7)
      .Put("key", kT0, std::string(5000, 'v'))
      .Footer(FooterKind::kNone)
      .Bytes();
}

TEST_CASE("a .snap file with a payload opens as the payload, whatever its name") {
  for (const std::string& payload : {Payload(), Payload().substr(16)}) {
    const MemoryFile file(MakeSnapFile(5, 2, payload));
    const OpenedSnapshot opened = OpenPath(file.path());
    REQUIRE(opened.status.ok());
    const ContainerInfo& info = opened.input.container->info();
    CHECK(info.path == file.path());
    CHECK(info.snapshot_index == 5U);
    CHECK(info.raft_term == 2U);
    CHECK(LiveRows(opened).at("key") == std::string(5000, 'v'));
  }
}

TEST_CASE("every flipped bit of a .snap file is an error") {
  const std::string payload = SnapshotBuilder().Header1(7).Put("key", kT0, "value").Bytes();
  const std::string good = MakeSnapFile(5, 2, payload);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
    const OpenedSnapshot opened = OpenBytes(bad);
    INFO("bit " << bit);
    REQUIRE_FALSE(opened.status.ok());
    CHECK(opened.status.kind() == ErrorKind::kData);
  }
}

TEST_CASE("a .snap file that was cut, or has a tail, is no .snap file") {
  const std::string good = MakeSnapFile(5, 2, Payload());
  for (size_t size = 0; size < good.size(); size += size < 64 ? 1 : 331) {
    INFO(size);
    CHECK_FALSE(OpenBytes(good.substr(0, size)).status.ok());
  }
  CHECK_FALSE(OpenBytes(good + "x").status.ok());
}

TEST_CASE("files of other kinds are not taken for .snap files") {
  for (const std::string& bytes :
       {Payload(), std::string("\x08", 1), std::string("\x08\x01\x12", 3), std::string(20, '\x08'),
        VarintField(1, 7) + BytesField(2, "\x0a\xff\xff"), std::string()}) {
    const MemoryFile memory(bytes);
    const Result<InputFile> file = InputFile::Open(memory.path());
    REQUIRE(file.ok());
    const auto found = FindSnapPayload(*file);
    REQUIRE(found.ok());
    CHECK_FALSE(found->has_value());
  }
}

}  // namespace
}  // namespace snaptree
