// MANIFEST.json is read strictly: a tree that is misread is worse than one that is refused.
#include <catch2/catch.hpp>

#include "manifest/manifest.h"

namespace snaptree::test {
namespace {

// The manifest of spec 07, vector V7.
std::string Example() {
  return R"({
  "format_version": 1,
  "phase": "phase0-snapshot-decode",
  "elastickv_version": "dev",
  "cluster_id": "ek-<prod>&1",
  "snapshot_index": 18432021,
  "last_commit_ts": 18446744073709551610,
  "wall_time_iso": "2026-04-29T15:42:11.094Z",
  "source": {
    "fsm_path": "fsm-snap/0000000001194015.fsm"
  },
  "adapters": {
    "dynamodb": {},
    "s3": {},
    "redis": {},
    "sqs": {}
  },
  "exclusions": {
    "include_incomplete_uploads": false,
    "include_orphans": false,
    "preserve_sqs_visibility": false,
    "include_sqs_side_records": false
  },
  "checksum_algorithm": "sha256",
  "checksum_format": "sha256sum",
  "encoded_filename_charset": "rfc3986-unreserved-plus-percent",
  "key_segment_max_bytes": 240,
  "s3_meta_suffix": ".elastickv-meta.json",
  "s3_collision_strategy": "leaf-data-suffix",
  "dynamodb_layout": "per-item"
}
)";
}

std::string With(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string CodeOf(const std::string& text) {
  const Result<Manifest> manifest = ParseManifest(text);
  return manifest.ok() ? "ok" : manifest.status().code();
}

}  // namespace

TEST_CASE("a manifest of the Go tools is read") {
  const Result<Manifest> manifest = ParseManifest(Example());
  REQUIRE(manifest.ok());
  CHECK(manifest->cluster_id == "ek-<prod>&1");
  CHECK(manifest->last_commit_ts == 18446744073709551610U);
  CHECK(manifest->snapshot_index == uint64_t{18432021});
  CHECK(manifest->fsm_path == "fsm-snap/0000000001194015.fsm");
  CHECK(manifest->adapters.size() == 4);
  CHECK(manifest->adapters.count("rawkv") == 0);
  CHECK(manifest->snaptree_version.empty());
  CHECK_FALSE(manifest->dynamodb_jsonl);
  CHECK_FALSE(manifest->rename_s3_collisions);
  CHECK(ReadTimestampOf(*manifest) == manifest->last_commit_ts);
}

TEST_CASE("what is written is read back") {
  Manifest m;
  m.cluster_id = "c";
  m.last_commit_ts = 7000;
  m.read_ts = 6000;
  m.wall_time_iso = "2026-04-29T15:42:11Z";
  m.adapters["fs"];
  m.adapters["sqs"].queues = {"q"};
  m.preserve_sqs_visibility = true;
  m.rename_s3_collisions = true;
  m.dynamodb_jsonl = true;
  m.snaptree_version = "0.1.0";
  const Result<Manifest> read = ParseManifest(ManifestText(m));
  REQUIRE(read.ok());
  CHECK(read->last_commit_ts == 7000);
  CHECK(ReadTimestampOf(*read) == 6000);
  CHECK(read->adapters.at("sqs").queues == std::vector<std::string>{"q"});
  CHECK(read->adapters.count("fs") == 1);
  CHECK(read->preserve_sqs_visibility);
  CHECK(read->rename_s3_collisions);
  CHECK(read->dynamodb_jsonl);
  CHECK(read->snaptree_version == "0.1.0");
}

TEST_CASE("the layout of all records is read, and no other one") {
  Manifest m;
  m.wall_time_iso = "2026-04-29T15:42:11Z";
  m.dynamodb_jsonl = true;
  m.snaptree_version = "0.1.0";
  CHECK(ManifestText(m).find("\"layout\"") == std::string::npos);
  CHECK_FALSE(ParseManifest(ManifestText(m))->jsonl);
  m.jsonl = true;
  const std::string text = ManifestText(m);
  CHECK(text.find("\"version\": \"0.1.0\",\n    \"layout\": \"jsonl\",\n") != std::string::npos);
  REQUIRE(ParseManifest(text).ok());
  CHECK(ParseManifest(text)->jsonl);
  const std::string member = "\"layout\": \"jsonl\"";
  CHECK_FALSE(ParseManifest(With(text, member, "\"layout\": \"per-item\""))->jsonl);
  CHECK(CodeOf(With(text, member, "\"layout\": \"parquet\"")) == "ManifestUnsupported");
  CHECK(CodeOf(With(text, member, "\"layout\": \"\"")) == "ManifestUnsupported");
  CHECK(CodeOf(With(text, member, "\"layout\": true")) == "ManifestInvalid");
  CHECK(CodeOf(With(text, "\"dynamodb_layout\": \"jsonl\"", "\"dynamodb_layout\": \"per-item\"")) ==
        "ManifestInvalid");
}

TEST_CASE("a dump of a running cluster has its own rules") {
  const std::string live =
      With(With(Example(), "phase0-snapshot-decode", "phase1-live-pinned"),
           "\"source\": {\n    \"fsm_path\": \"fsm-snap/0000000001194015.fsm\"\n  }",
           "\"live\": {\"read_ts\": 111411200000000001}");
  const Result<Manifest> manifest = ParseManifest(live);
  REQUIRE(manifest.ok());
  CHECK(manifest->live_read_ts == uint64_t{111411200000000001});
  CHECK(CodeOf(With(live, "111411200000000001", "0")) == "ManifestInvalid");
  CHECK(CodeOf(With(Example(), "phase0-snapshot-decode", "phase1-live-pinned")) ==
        "ManifestInvalid");
  CHECK(CodeOf(With(Example(), "\"source\": {", "\"live\": {\"read_ts\": 1}, \"source\": {")) ==
        "ManifestInvalid");
}

TEST_CASE("a newer form is named as such before anything else is looked at") {
  CHECK(CodeOf(R"({"format_version":999,"phase":42})") == "ManifestUnsupported");
  CHECK(CodeOf(R"({"format_version":0})") == "ManifestUnsupported");
  CHECK(CodeOf(R"({"phase":"x"})") == "ManifestInvalid");
  CHECK(CodeOf(R"({"format_version":null})") == "ManifestInvalid");
  CHECK(CodeOf(R"({"format_version":1.0})") == "ManifestInvalid");
}

TEST_CASE("wrong members are errors") {
  const std::string good = Example();
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"last_commit_ts\": 18446744073709551610", "\"last_commit_ts\": 18446744073709551616"},
           {"\"last_commit_ts\": 18446744073709551610", "\"last_commit_ts\": 1e3"},
           {"\"last_commit_ts\": 18446744073709551610", "\"last_commit_ts\": \"1\""},
           {"\"last_commit_ts\": 18446744073709551610",
            "\"last_commit_ts\": 1, \"last_commit_ts\": 1"},
           {"\"wall_time_iso\": \"2026-04-29T15:42:11.094Z\"", "\"wall_time_iso\": \"yesterday\""},
           {"\"include_orphans\": false", "\"include_orphans\": null"},
           {"\"include_orphans\": false", "\"include_orphans\": 0"},
           {"\"redis\": {}", "\"redis\": []"},
           {"\"redis\": {}", "\"redis\": {\"databases\": [-1]}"},
           {"\"dynamodb_layout\": \"per-item\"", "\"dynamodb_layout\": \"parquet\""},
           {"\"key_segment_max_bytes\": 240", "\"key_segment_max_bytes\": 0"},
           {"\"checksum_algorithm\": \"sha256\"", "\"checksum_algorithm\": \"\""},
           {"\"phase\": \"phase0-snapshot-decode\"", "\"phase\": \"phase7\""},
       }) {
    INFO(to);
    CHECK(CodeOf(With(good, from, to)) == "ManifestInvalid");
  }
  CHECK(CodeOf(With(good, "\"sha256\"", "\"blake3\"")) == "ManifestUnsupported");
  CHECK(CodeOf(With(good, "240", "250")) == "ManifestUnsupported");
  CHECK(CodeOf(good + "}") == "ManifestInvalid");
  CHECK(CodeOf("\xef\xbb\xbf" + good) == "ManifestInvalid");
  CHECK(CodeOf("[]") == "ManifestInvalid");
  CHECK(CodeOf("") == "ManifestInvalid");
}

TEST_CASE("unknown members are passed over") {
  CHECK(CodeOf(With(Example(), "\"phase\"", "\"shards\": [1], \"Phase\": 3, \"phase\"")) == "ok");
}

}  // namespace snaptree::test
