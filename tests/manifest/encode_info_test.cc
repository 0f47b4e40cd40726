#include "manifest/encode_info.h"

#include <catch2/catch.hpp>

#include "base/sha256.h"

namespace snaptree {
namespace {

EncodeInfo GoInfo() {
  EncodeInfo info;
  info.wall_time_iso = "2026-06-01T12:00:00Z";
  info.input_root = "/restore/a&b";
  info.output_fsm_path = "/restore/out.fsm";
  info.output_fsm_sha256 = std::string(64, '0');
  info.last_commit_ts = 7000;
  info.manifest_last_commit_ts = 7000;
  info.manifest_cluster_id = "ek-<prod>&1";
  info.adapters_enabled = {"s3", "sqs", "dynamodb", "redis"};
  info.self_test_ran = true;
  info.self_test_matched = true;
  return info;
}

std::string Without(std::string text, const std::string& part) {
  const size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.erase(at, part.size());
}

std::string ErrorOf(Slice text) {
  const Result<EncodeInfo> info = ParseEncodeInfo(text);
  REQUIRE_FALSE(info.ok());
  CHECK(info.status().code() == "EncodeInfoInvalid");
  return info.status().info().what;
}

TEST_CASE("ENCODE_INFO of spec 07 V8, as the Go encoder writes it") {
  const std::string text = EncodeInfoText(GoInfo());
  CHECK(text.size() == 592);
  CHECK(Sha256::HexOf(text) == "c9a38af8d23c464ddd23664ef841deb31ed0f8f9b30597fa6ada87d1f296a6f9");
}

TEST_CASE("our own member of ENCODE_INFO is last, and our folders come behind the others") {
  EncodeInfo info = GoInfo();
  info.output_file_sha256 = std::string(64, 'f');
  info.adapters_enabled = {"unknown", "fs", "rawkv", "sqs"};
  info.manifest_cluster_id.clear();
  info.input_root = "a\xff<";
  const std::string text = EncodeInfoText(info);
  CHECK(text.find("\n  },\n  \"output_file_sha256\": \"" + std::string(64, 'f') + "\"\n}\n") !=
        std::string::npos);
  CHECK(text.find("[\n    \"sqs\",\n    \"rawkv\",\n    \"fs\",\n    \"unknown\"\n  ]") !=
        std::string::npos);
  CHECK(text.find("manifest_cluster_id") == std::string::npos);
  CHECK(text.find(R"("input_root": "a\ufffd\u003c")") != std::string::npos);
}

TEST_CASE("ENCODE_INFO is read back as it was written") {
  EncodeInfo info = GoInfo();
  info.last_commit_ts = UINT64_MAX;
  info.last_commit_ts_overridden = true;
  info.self_test_matched = false;
  info.output_file_sha256 = std::string(64, 'a');
  info.encoder_key_format_version = 2;
  const std::string text = EncodeInfoText(info);
  const Result<EncodeInfo> read = ParseEncodeInfo(text);
  REQUIRE(read.ok());
  CHECK(EncodeInfoText(*read) == text);
  CHECK(read->self_test_ran);
  CHECK(read->last_commit_ts == UINT64_MAX);
}

TEST_CASE("what ENCODE_INFO does not say counts as not done") {
  const Result<EncodeInfo> read = ParseEncodeInfo(R"({"format_version":1,"output_fsm_sha256":")" +
                                                  std::string(64, 'A') + R"(","other":[1]})");
  REQUIRE(read.ok());
  CHECK(read->encoder_key_format_version == 0);
  CHECK_FALSE(read->self_test_ran);
  CHECK(read->manifest_cluster_id.empty());
}

TEST_CASE("malformed ENCODE_INFO names what is wrong") {
  const std::string good = EncodeInfoText(GoInfo());
  CHECK(ErrorOf("") == "the file is not JSON: Empty: no JSON found");
  CHECK(ErrorOf("[]") == "the file is not one JSON object");
  CHECK(ErrorOf(good + "{}").find("the file is not JSON") == 0);
  CHECK(ErrorOf(Without(good, "\"format_version\": 1,")) ==
        "the member \"format_version\" is missing");
  CHECK(ErrorOf(R"({"format_version":2})") == "the file was written in another format");
  CHECK(ErrorOf(R"({"format_version":1})") == "the member \"output_fsm_sha256\" is missing");
  CHECK(ErrorOf(R"({"format_version":1,"format_version":1})") ==
        "the member \"format_version\" stands there twice");
  CHECK(ErrorOf(R"({"format_version":1,"output_fsm_sha256":""})") ==
        "the member \"output_fsm_sha256\" is not 64 hex digits");
  CHECK(ErrorOf(R"({"format_version":1,"output_fsm_sha256":")" + std::string(64, 'g') + "\"}") ==
        "the member \"output_fsm_sha256\" is not 64 hex digits");
  CHECK(ErrorOf(Without(good, "\"ran\": true,") + std::string(kMaxEncodeInfoBytes, ' ')) ==
        "the file is too large");
  std::string text = good;
  text.replace(text.find("7000"), 4, "7e3");
  CHECK(ErrorOf(text) ==
        "the member \"last_commit_ts\" is not a number from 0 to 18446744073709551615");
  text = good;
  text.replace(text.find("\"ran\": true"), 11, "\"ran\": 1");
  CHECK(ErrorOf(text) == "the member \"self_test.ran\" is neither true nor false");
}

}  // namespace
}  // namespace snaptree
