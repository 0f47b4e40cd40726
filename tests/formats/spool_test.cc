// Inputs inside zstd: whole, cut, damaged, of several frames.
#include "formats/spool.h"

#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/child_process.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

// Compresses badly, so that frames have many blocks.
SnapshotBuilder Large() {
  SnapshotBuilder builder;
  uint32_t state = 1;
  for (int n = 0; n < 400; ++n) {
    std::string body(3000, '\0');
    for (char& c : body) {
      state = state * 1664525U + 1013904223U;
      c = static_cast<char>(state >> 24);
    }
    builder.Put("k" + std::to_string(n), kT0, body);
  }
  return builder;
}

TEST_CASE("frames are known by their magic") {
  CHECK(IsZstd(ZstdFrame("x")));
  CHECK(IsZstd(ZstdSkippableFrame("x")));
  CHECK(IsZstd(Unhex("5f2a4d18")));
  CHECK_FALSE(IsZstd(Unhex("602a4d18")));
  CHECK_FALSE(IsZstd(Unhex("28b52f")));
  CHECK_FALSE(IsZstd(""));
  CHECK_FALSE(IsZstd("EKVPBBL1"));
}

TEST_CASE("a compressed snapshot is the snapshot inside it") {
  const SnapshotBuilder builder = Large();
  const TempFolder folder;
  WriteWholeFile(folder / "0000000000000ed9.fsm.zst", ZstdFrame(builder.Bytes()));
  OpenInputOptions options;
  options.scratch_folder = folder.path();
  Progress progress;
  options.progress = &progress;
  const OpenedSnapshot opened = OpenPath(folder / "0000000000000ed9.fsm.zst", options);
  REQUIRE(opened.status.ok());
  CHECK(AllRows(opened) == builder.Rows());
  const ContainerInfo& info = opened.input.container->info();
  CHECK(info.snapshot_index == 0xed9U);
  CHECK(info.bytes == builder.Bytes().size());
  CHECK(info.path == folder / "0000000000000ed9.fsm.zst");
  CHECK(info.crc32c.has_value());
  // The unpacked copy has no name.
  const std::filesystem::directory_iterator files(folder.path());
  CHECK(std::distance(begin(files), end(files)) == 1);
}

TEST_CASE("several frames, with frames to skip between them") {
  const std::string bytes = Large().Bytes();
  std::string file = ZstdSkippableFrame("comment");
  for (size_t at = 0; at < bytes.size(); at += 100000) {
    file +=
        ZstdFrame(Slice(bytes).substr(at, 100000)) + ZstdSkippableFrame(std::string(at % 999, 'x'));
  }
  file += ZstdFrame("");
  const OpenedSnapshot opened = OpenBytes(file);
  INFO(opened.status.Message());
  REQUIRE(opened.status.ok());
  CHECK(AllRows(opened) == Large().Rows());
}

TEST_CASE("content that compresses very well comes out whole") {
  SnapshotBuilder builder;
  builder.Put("zeros", kT0, std::string(20 << 20, '\0'));
  const std::string frame = ZstdFrame(builder.Bytes());
  REQUIRE(frame.size() < 10000);
  const OpenedSnapshot opened = OpenBytes(frame);
  REQUIRE(opened.status.ok());
  CHECK(AllRows(opened) == builder.Rows());
}

TEST_CASE("a compressed file that is cut anywhere is truncated, not shorter") {
  const std::string small = ZstdFrame(SnapshotBuilder().Put("k", kT0, "v").Bytes());
  const std::string two = small + small;
  for (size_t size = 4; size < two.size(); ++size) {
    if (size == small.size()) continue;
    CAPTURE(size);
    const OpenedSnapshot opened = OpenBytes(Slice(two).substr(0, size));
    REQUIRE_FALSE(opened.status.ok());
    CHECK(opened.status.code() == "ZstdTruncated");
    CHECK(opened.status.kind() == ErrorKind::kData);
    CHECK(opened.status.info().offset == size);
  }
  const std::string large = ZstdFrame(Large().Bytes());
  for (const size_t size : {size_t{100}, large.size() / 2, large.size() - 1}) {
    CHECK(OpenBytes(Slice(large).substr(0, size)).status.code() == "ZstdTruncated");
  }
  const std::string skippable = ZstdSkippableFrame("some comment");
  for (size_t size = 4; size < skippable.size(); ++size) {
    CAPTURE(size);
    CHECK(OpenBytes(Slice(skippable).substr(0, size)).status.code() == "ZstdTruncated");
  }
  const std::string tail = small + skippable;
  for (size_t size = small.size() + 1; size < tail.size(); ++size) {
    CAPTURE(size);
    CHECK(OpenBytes(Slice(tail).substr(0, size)).status.code() == "ZstdTruncated");
  }
}

TEST_CASE("a compressed file with a damaged frame") {
  const std::string good = ZstdFrame(Large().Bytes());
  std::string reserved = good;
  reserved[4] = static_cast<char>(reserved[4] | 0x08);  // a reserved bit of the frame header
  const OpenedSnapshot opened = OpenBytes(reserved);
  CHECK(opened.status.code() == "ZstdCorrupt");
  CHECK(opened.status.kind() == ErrorKind::kData);
  CHECK(opened.status.info().offset.has_value());

  const OpenedSnapshot behind = OpenBytes(good + "some text behind it");
  CHECK(behind.status.code() == "ZstdCorrupt");
  CHECK(behind.status.info().offset >= good.size());

  // A bit anywhere: zstd may or may not see it, but the snapshot inside must.
  for (size_t at = 5; at < good.size(); at += 60013) {
    CAPTURE(at);
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const OpenedSnapshot found = OpenBytes(damaged);
    REQUIRE_FALSE(found.status.ok());
    CHECK(found.status.kind() == ErrorKind::kData);
  }
}

TEST_CASE("frames without content, and damage inside the frame") {
  CHECK(OpenBytes(ZstdFrame("")).status.code() == "InputEmpty");
  CHECK(OpenBytes(ZstdSkippableFrame("x")).status.code() == "InputEmpty");
  CHECK(OpenBytes(ZstdFrame("hello, world")).status.code() == "PayloadUnknown");
  CHECK(OpenBytes(ZstdFrame(ZstdFrame("EKVPBBL1"))).status.code() == "PayloadUnknown");
  const OpenedSnapshot wrong =
      OpenBytes(ZstdFrame(SnapshotBuilder().Put("k", kT0, "v").Footer(FooterKind::kWrong).Bytes()));
  CHECK(wrong.status.code() == "FsmChecksum");
  CHECK(wrong.status.info().source.find("(unpacked)") != std::string::npos);
}

TEST_CASE("a full scratch folder is no error of the input") {
  const TempFolder folder;
  CHECK(RunInChild([&]() -> std::string {
          if (!MountTmpfs(folder.path(), "size=256k")) return "";  // not allowed here
          OpenInputOptions options;
          options.scratch_folder = folder.path();
          return ExpectCode(OpenBytes(ZstdFrame(Large().Bytes()), options).status, "NoSpace");
        }).empty());
}

TEST_CASE("a scratch folder that is not there is named") {
  OpenInputOptions options;
  options.scratch_folder = "/proc/no/such/folder";
  const OpenedSnapshot opened = OpenBytes(ZstdFrame("x"), options);
  REQUIRE_FALSE(opened.status.ok());
  CHECK(opened.status.info().source == "/proc/no/such/folder");
}

}  // namespace
}  // namespace snaptree
