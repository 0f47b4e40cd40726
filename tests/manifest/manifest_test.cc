#include "manifest/manifest.h"

#include <cstdlib>

#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

Manifest GoManifest() {
  Manifest m;
  m.elastickv_version = "dev";
  m.cluster_id = "ek-<prod>&1";
  m.snapshot_index = 18432021;
  m.last_commit_ts = 18446744073709551610ULL;
  m.wall_time_iso = "2026-04-29T15:42:11.094Z";
  m.fsm_path = "fsm-snap/0000000001194015.fsm";
  for (const char* name : {"dynamodb", "s3", "redis", "sqs"}) m.adapters[name];
  return m;
}

TEST_CASE("the manifest of spec 07 V7, as the Go tool writes it") {
  const std::string text = ManifestText(GoManifest());
  CHECK(text.size() == 855);
  CHECK(Sha256::HexOf(text) == "d2ef539d850d11d4f9f0fb204e9fa6269aa6dbab7c6662eb4a87c97e3c4d9c44");
}

TEST_CASE("what is empty or zero is left out") {
  Manifest m;
  m.wall_time_iso = "2026-01-01T00:00:00Z";
  m.fsm_path = "x";
  m.snapshot_index = 0;
  m.fsm_crc32c = "0a1b2c3d";
  m.rename_s3_collisions = true;
  m.dynamodb_jsonl = true;
  CHECK(ManifestText(m) == R"({
  "format_version": 1,
  "phase": "phase0-snapshot-decode",
  "wall_time_iso": "2026-01-01T00:00:00Z",
  "source": {
    "fsm_path": "x",
    "fsm_crc32c": "0a1b2c3d"
  },
  "adapters": {},
  "exclusions": {
    "include_incomplete_uploads": false,
    "include_orphans": false,
    "preserve_sqs_visibility": false,
    "include_sqs_side_records": false,
    "rename_s3_collisions": true
  },
  "checksum_algorithm": "sha256",
  "checksum_format": "sha256sum",
  "encoded_filename_charset": "rfc3986-unreserved-plus-percent",
  "key_segment_max_bytes": 240,
  "s3_meta_suffix": ".elastickv-meta.json",
  "s3_collision_strategy": "leaf-data-suffix",
  "dynamodb_layout": "jsonl"
}
)");
}

TEST_CASE("our own member says where every row went") {
  Manifest m = GoManifest();
  m.adapters.clear();
  m.adapters["rawkv"];
  m.adapters["redis"].databases = {1, 0};
  m.adapters["s3"].buckets = {"z", "\xff", "a", "B"};
  m.adapters["dynamodb"].tables = {"\xff"};
  m.adapters["sqs"].queues = {"q"};
  m.snaptree_version = "0.1.0";
  m.inputs.push_back({"a.fsm", "EKVTHLC1+EKVPBBL1", 36, 0x00c59c2a, 5, 7000, 1});
  m.inputs.push_back({"b.rdb", "REDIS0011", 9, {}, {}, 0, {}});
  m.read_ts = UINT64_MAX;
  m.rows = {55, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  m.losses = 2;
  m.extensions = {"unknown/", "rawkv/data.jsonl"};
  CHECK(m.rows.Sum() == m.rows.total);
  const std::string text = ManifestText(m);
  CHECK(text.substr(text.find("  \"adapters\""),
                    text.find("  \"exclusions\"") - text.find("  \"adapters\"")) ==
        R"(  "adapters": {
    "dynamodb": {},
    "s3": {
      "buckets": [
        "B",
        "a",
        "z"
      ]
    },
    "redis": {
      "databases": [
        0,
        1
      ]
    },
    "sqs": {
      "queues": [
        "q"
      ]
    },
    "rawkv": {}
  },
)");
  CHECK(text.substr(text.find("  \"snaptree\"")) == R"(  "snaptree": {
    "version": "0.1.0",
    "inputs": [
      {
        "path": "a.fsm",
        "format": "EKVTHLC1+EKVPBBL1",
        "bytes": 36,
        "crc32c": "00c59c2a",
        "snapshot_index": 5,
        "last_commit_ts": 7000,
        "hlc_ceiling_ms": 1
      },
      {
        "path": "b.rdb",
        "format": "REDIS0011",
        "bytes": 9
      }
    ],
    "read_ts": 18446744073709551615,
    "rows": {
      "total": 55,
      "emitted": 1,
      "older_version": 2,
      "tombstone": 3,
      "expired": 4,
      "derived_index": 5,
      "operational": 6,
      "transactional": 7,
      "excluded": 8,
      "unknown": 9,
      "damaged": 10
    },
    "losses": 2,
    "extensions": [
      "rawkv/data.jsonl",
      "unknown/"
    ]
  }
}
)");
}

TEST_CASE("jq reads the manifest") {
  const test::TempFolder folder;
  const auto judge = [&](const std::string& text, const std::string& question) {
    test::WriteWholeFile(folder / "MANIFEST.json", text);
    const std::string command =
        "jq -e '" + question + "' '" + folder / "MANIFEST.json' >/dev/null 2>&1";
    return std::system(command.c_str()) == 0;
  };
  if (!judge("{}", "true")) {
    WARN("no jq here: not tried");
    return;
  }
  Manifest m = GoManifest();
  m.fsm_path = "a\xff\"\\\n<&>.fsm";
  m.snaptree_version = "0.1.0";
  m.inputs.push_back({m.fsm_path, "REDIS0011", 9, {}, {}, 0, {}});
  m.rows.total = 7;
  const std::string text = ManifestText(m);
  CHECK(judge(text, ".snaptree.rows.total == 7 and .snaptree.inputs[0].path == .source.fsm_path"));
  CHECK_FALSE(judge(text, ".snaptree.rows.total == 8"));
  CHECK_FALSE(judge(text.substr(0, text.size() - 3), "true"));
}

TEST_CASE("paths that are not UTF-8 are written as Go writes them") {
  Manifest m;
  m.fsm_path = "a\xff\xc3\xa9\xe2\x82\xf0\x9f\x98\x80\xed\xa0\x80\n";
  const std::string text = ManifestText(m);
  CHECK(text.find("\"fsm_path\": \"a\\ufffd\xc3\xa9\\ufffd\\ufffd\xf0\x9f\x98\x80"
                  "\\ufffd\\ufffd\\ufffd\\n\"") != std::string::npos);
}

}  // namespace
}  // namespace snaptree
