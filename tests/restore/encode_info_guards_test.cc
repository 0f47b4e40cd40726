#include "restore/encode_info_guards.h"

#include <unistd.h>

#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/restore_fixture.h"

namespace snaptree {
namespace {

using test::kT1;
using test::RestoreFixture;
using test::SnapshotBuilder;
using test::WriteWholeFile;

// An image at T1 in front of a footer, with a good ENCODE_INFO beside it.
struct Encoded : RestoreFixture {
  Encoded() {
    SnapshotBuilder rows;
    rows.Put("!redis|str|hello", kT1, "world").Footer(test::FooterKind::kNone);
    image = rows.Bytes();
    Snapshot("image", image);
    options.index = 42;
    info = InfoOf(image, kT1);
  }
  // The code of the error; "" when it goes well.
  std::string Code() {
    WriteInfo(info);
    const Result<RestoreReport> result = Run();
    if (!result.ok()) return result.status().code();
    report = *result;
    std::filesystem::remove_all(options.data_dir);
    return "";
  }
  bool Found(const std::string& code) const { return report.findings.by_code().contains(code); }

  std::string image;
  EncodeInfo info;
  RestoreReport report;
};

TEST_CASE("the image must be the one that was encoded") {
  Encoded encoded;
  CHECK(encoded.Code() == "");
  for (char& c : encoded.info.output_fsm_sha256) c = static_cast<char>(std::toupper(c));
  CHECK(encoded.Code() == "");
  encoded.info.output_fsm_sha256 = Sha256::HexOf("x");
  CHECK(encoded.Code() == "EncodeInfoMismatch");
  encoded.options.no_encode_info = true;
  CHECK(encoded.Code() == "");
  CHECK_FALSE(encoded.report.groups[0].logical);
}

TEST_CASE("the commit timestamp must be the one that was encoded") {
  Encoded encoded;
  encoded.info.last_commit_ts = kT1 + 1;
  CHECK(encoded.Code() == "EncodeInfoMismatch");
}

TEST_CASE("another form of keys is refused") {
  Encoded encoded;
  encoded.info.encoder_key_format_version = GENERATE(0U, 2U);
  CHECK(encoded.Code() == "KeyFormatMismatch");
}

TEST_CASE("a self-test that did not run or match is refused unless the user takes the risk") {
  Encoded encoded;
  encoded.info.self_test_ran = GENERATE(true, false);
  encoded.info.self_test_matched = false;
  CHECK(encoded.Code() == "SelfTestMissing");
  encoded.options.allow_unverified_self_test = true;
  CHECK(encoded.Code() == "");
  CHECK(encoded.Found("self_test_missing"));
}

TEST_CASE("a named cluster must be named, or left") {
  Encoded encoded;
  encoded.info.manifest_cluster_id = "prod";
  CHECK(encoded.Code() == "ClusterMismatch");
  encoded.options.target_cluster_id = "test";
  CHECK(encoded.Code() == "ClusterMismatch");
  encoded.options.allow_missing_cluster_id = true;
  CHECK(encoded.Code() == "ClusterMismatch");
  encoded.options.target_cluster_id = "prod";
  CHECK(encoded.Code() == "");
  CHECK(encoded.report.groups[0].cluster_id == "prod");
  CHECK_FALSE(encoded.Found("cluster_id_unknown"));
  encoded.options.target_cluster_id.clear();
  encoded.options.fresh_cluster = true;
  CHECK(encoded.Code() == "");
}

TEST_CASE("a snapshot without a cluster is taken, but compared with none") {
  Encoded encoded;
  CHECK(encoded.Code() == "");
  CHECK(encoded.Found("cluster_id_unknown"));
  encoded.options.target_cluster_id = "prod";
  CHECK(encoded.Code() == "ClusterMismatch");
  encoded.options.no_encode_info = true;
  CHECK(encoded.Code() == "ClusterMismatch");
  encoded.options.allow_missing_cluster_id = true;
  CHECK(encoded.Code() == "");
  CHECK_FALSE(encoded.Found("cluster_id_unknown"));
}

TEST_CASE("ENCODE_INFO may stand elsewhere, but not behind a link") {
  Encoded encoded;
  encoded.info.self_test_ran = false;
  encoded.WriteInfo(encoded.info);
  encoded.info.self_test_ran = true;
  const std::string elsewhere = encoded.folder / "elsewhere.json";
  WriteWholeFile(elsewhere, EncodeInfoText(encoded.info));
  encoded.options.encode_info = elsewhere;
  CHECK(encoded.Run().ok());
  std::filesystem::remove_all(encoded.options.data_dir);

  const std::string link = encoded.folder / "link";
  REQUIRE(::symlink(elsewhere.c_str(), link.c_str()) == 0);
  encoded.options.encode_info = link;
  CHECK(encoded.Code() == "UnsafePath");
  encoded.options.encode_info = encoded.folder / "none";
  CHECK(encoded.Code() == "NotFound");
  encoded.options.encode_info = encoded.folder.path();
  CHECK(encoded.Code() == "NotRegular");
  WriteWholeFile(elsewhere, std::string(kMaxEncodeInfoBytes + 1, ' '));
  encoded.options.encode_info = elsewhere;
  CHECK(encoded.Code() == "EncodeInfoInvalid");
}

TEST_CASE("an encoded snapshot behind a link is refused") {
  Encoded encoded;
  const std::string link = encoded.folder / "link";
  REQUIRE(::symlink(encoded.options.groups[0].input.c_str(), link.c_str()) == 0);
  encoded.options.groups[0].input = link;
  CHECK(encoded.Code() == "UnsafePath");
}

TEST_CASE("an image with a row newer than its header is refused") {
  Encoded encoded;
  SnapshotBuilder rows;
  rows.Put(GENERATE("!redis|str|hello", "!s3|chunkblob|x"), kT1, "world");
  const std::string image = rows.LastCommit(kT1 - 1).Footer(test::FooterKind::kNone).Bytes();
  encoded.Snapshot("image", image);
  encoded.info = RestoreFixture::InfoOf(image, kT1 - 1);
  CHECK(encoded.Code() == "ImageInvalid");
}

TEST_CASE("an image with damaged rows, or without a stream, is refused") {
  Encoded encoded;
  SnapshotBuilder rows;
  rows.Raw("short", "x").LastCommit(kT1);
  const std::string image =
      GENERATE(true, false) ? rows.Footer(test::FooterKind::kNone).Bytes() : std::string(4, '\0');
  encoded.Snapshot("image", image);
  encoded.info = RestoreFixture::InfoOf(image, kT1);
  CHECK(encoded.Code() == "ImageInvalid");
}

TEST_CASE("a clock that no node can take up is refused") {
  Encoded encoded;
  constexpr uint64_t kTooLate = 0xffffffffffff0000;
  SnapshotBuilder rows;
  const std::string image = rows.LastCommit(kTooLate).Footer(test::FooterKind::kNone).Bytes();
  encoded.Snapshot("image", image);
  encoded.info = RestoreFixture::InfoOf(image, kTooLate);
  CHECK(encoded.Code() == "HlcOverflow");
}

}  // namespace
}  // namespace snaptree
