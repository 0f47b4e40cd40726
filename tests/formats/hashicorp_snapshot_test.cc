// Snapshots of the first raft engine: spec 01 section 11.7, vector V22.
#include "formats/hashicorp_snapshot.h"

#include <filesystem>

#include <catch2/catch.hpp>
#include <isa-l/crc64.h>

#include "base/base64.h"
#include "tests/support/damage.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/temp_folder.h"
#include "tests/support/version_list_builder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

// V10 without its footer.
std::string V22State() {
  return SnapshotBuilder()
      .Header1(1767225604000)
      .Delete("!redis|str|hello", kT1)
      .Put("!redis|str|hello", kT0, "world")
      .Metadata("_meta_last_commit_ts", kT1)
      .Footer(FooterKind::kNone)
      .Bytes();
}

// CRC-64/XZ, bit by bit.
uint64_t SlowCrc64(Slice bytes) {
  uint64_t crc = ~uint64_t{0};
  for (const char c : bytes) {
    crc ^= static_cast<uint8_t>(c);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xc96c5795d7870f42 : 0);
  }
  return ~crc;
}

std::string Meta(const std::string& id, uint64_t term, uint64_t index, Slice state) {
  std::string crc;
  std::string crc_text;
  AppendBe64(&crc, SlowCrc64(state));
  AppendBase64(&crc_text, crc);
  return R"({"Version":1,"ID":")" + id + R"(","Index":)" + std::to_string(index) + R"(,"Term":)" +
         std::to_string(term) +
         R"(,"Peers":"kQ==","Configuration":{"Servers":[{"Suffrage":0,"ID":"n1","Address":"h:1"},)"
         R"({"Suffrage":1,"ID":"n2","Address":"h:2"}]},"ConfigurationIndex":1,"Size":)" +
         std::to_string(state.size()) + R"(,"CRC":")" + crc_text + "\"}\n";
}

struct DataDirectory {
  TempFolder folder;

  std::string Add(uint64_t term, uint64_t index, uint64_t ms, const std::string& state,
                  const std::string& suffix = "") const {
    const std::string id =
        std::to_string(term) + "-" + std::to_string(index) + "-" + std::to_string(ms);
    const std::string path = folder / ("snapshots/" + id + suffix);
    std::filesystem::create_directories(path);
    WriteWholeFile(path + "/state.bin", state);
    WriteWholeFile(path + "/meta.json", Meta(id, term, index, state));
    return path;
  }
};

std::string Snapshot(Slice value) {
  return SnapshotBuilder()
      .Header1(7)
      .Put("key", kT0, value)
      .Metadata("_meta_last_commit_ts", kT0)
      .Footer(FooterKind::kNone)
      .Bytes();
}

std::string ValueIn(const OpenedSnapshot& opened) {
  INFO((opened.status.ok() ? "" : opened.status.Message()));
  REQUIRE(opened.status.ok());
  return LiveRows(opened).at("key");
}

TEST_CASE("CRC-64/XZ") {
  CHECK(SlowCrc64("123456789") == 0x995dc9bbdf1939fa);
  CHECK(crc64_ecma_refl(0, Bytes("123456789"), 9) == 0x995dc9bbdf1939fa);
}

TEST_CASE("V22: a snapshot of the first engine") {
  const std::string state = V22State();
  REQUIRE(state.size() == 179);
  CHECK(SlowCrc64(state) == 0x5e70340e28102fd3);
  const DataDirectory data;
  const std::string folder = data.Add(7, 42, 1767225605000, state);
  CHECK(ReadWholeFile(folder + "/meta.json").ends_with("\"Size\":179,\"CRC\":\"XnA0DigQL9M=\"}\n"));
  for (const std::string& path : {folder, folder + "/", folder + "/state.bin", data.folder.path(),
                                  data.folder / "snapshots"}) {
    CAPTURE(path);
    const OpenedSnapshot opened = OpenPath(path);
    INFO((opened.status.ok() ? "" : opened.status.Message()));
    REQUIRE(opened.status.ok());
    CHECK(opened.scan.rows == 3);
    CHECK(opened.finding("no_checksum") == nullptr);
    const ContainerInfo& info = opened.input.container->info();
    CHECK(info.snapshot_index == 42U);
    CHECK(info.raft_term == 7U);
    const std::map<std::string, std::string> origin(info.origin.begin(), info.origin.end());
    CHECK(origin.at("servers") == "n1 h:1, n2 h:2 (non-voter)");
  }
}

TEST_CASE("a meta.json that a server wrote") {
  const Result<SnapshotFacts> facts = ParseSnapshotMeta(
      R"({"Version":1,"ID":"7-42-1795250284507","Index":42,"Term":7,"Peers":"kq8xMjcuMC4wLjE6MTIwMDGvMTI3LjAuMC4xOjEyMDAy","Configuration":{"Servers":[{"Suffrage":0,"ID":"n1","Address":"127.0.0.1:12001"},{"Suffrage":0,"ID":"n2","Address":"127.0.0.1:12002"}]},"ConfigurationIndex":1,"Size":136,"CRC":"kNixI4Kn8es="}
)",
      "meta.json", "7-42-1795250284507");
  REQUIRE(facts.ok());
  CHECK(facts->index == 42U);
  CHECK(facts->term == 7U);
  CHECK(facts->size == 136U);
  CHECK(facts->crc64_xz == 0x90d8b12382a7f1eb);
  REQUIRE(facts->origin.size() == 1);
  CHECK(facts->origin[0].second == "n1 127.0.0.1:12001, n2 127.0.0.1:12002");
}

TEST_CASE("what is no meta.json is refused") {
  const std::string good = Meta("7-42-1", 7, 42, "state");
  REQUIRE(ParseSnapshotMeta(good, "m", "7-42-1").ok());
  REQUIRE(ParseSnapshotMeta(good, "m", "copied").ok());
  const auto refused = [&](const std::string& from, const std::string& to) {
    CAPTURE(from, to);
    std::string text = good;
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    const Result<SnapshotFacts> facts = ParseSnapshotMeta(text, "m", "7-42-1");
    REQUIRE_FALSE(facts.ok());
    CHECK(facts.status().code() == "SnapMetaInvalid");
    CHECK(facts.status().info().source == "m");
  };
  refused("\"Version\":1", "\"Version\":2");
  refused("\"Version\":1,", "");
  refused("\"Version\":1,", "\"Version\":1,\"New\":1,");
  refused("\"Version\":1,", "\"Version\":1,\"Size\":5,");
  refused("7-42-1", "7-42-2");
  refused("7-42-1", "7-43-1");
  refused("7-42-1", "state");
  refused("\"Index\":42", "\"Index\":43");
  refused("\"Index\":42", "\"Index\":-42");
  refused("\"Size\":5", "\"Size\":\"5\"");
  refused("\"CRC\":\"", "\"CRC\":\"A");
  refused("\"CRC\":\"", "\"CRC\":\"AAAA");
  refused("\"Suffrage\":1", "\"Suffrage\":3");
  refused("\"Servers\":[", "\"Servers\":[1,");
  refused("}\n", "}\n{}");
  CHECK_FALSE(ParseSnapshotMeta("", "m", "").ok());
  CHECK_FALSE(ParseSnapshotMeta("[1]", "m", "").ok());
}

TEST_CASE("damage of a snapshot of the first engine") {
  const DataDirectory data;
  const std::string state = V22State();
  const std::string folder = data.Add(7, 42, 1, state);
  const std::string state_path = folder + "/state.bin";
  const std::string meta_path = folder + "/meta.json";
  const std::string meta = ReadWholeFile(meta_path);
  for (size_t at = 0; at < state.size(); ++at) {
    CAPTURE(at);
    WriteWholeFile(state_path, WithFlippedBit(state, at, static_cast<int>(at % 8)));
    CHECK(OpenPath(folder).status.code() == "SnapMetaMismatch");
    CHECK(OpenPath(state_path).status.code() == "SnapMetaMismatch");
    WriteWholeFile(state_path, state.substr(0, at));
    CHECK(OpenPath(state_path).status.code() == "SnapMetaMismatch");
  }
  const OpenedSnapshot saved = [&] {
    OpenInputOptions salvage;
    salvage.salvage = true;
    WriteWholeFile(state_path, WithFlippedBit(state, state.find("world"), 1));
    return OpenPath(state_path, salvage);
  }();
  REQUIRE(saved.status.ok());
  CHECK(saved.input.salvage.damage.find("SnapMetaMismatch") != std::string::npos);

  WriteWholeFile(state_path, state);
  const std::vector<StoredRow> rows = AllRows(OpenPath(folder));
  for (size_t at = 0; at < meta.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      CAPTURE(at, bit);
      WriteWholeFile(meta_path, WithFlippedBit(meta, at, bit));
      const OpenedSnapshot opened = OpenPath(folder);
      if (opened.status.ok()) {
        CHECK(AllRows(opened) == rows);
        CHECK(opened.input.container->info().snapshot_index == 42U);
        CHECK(opened.input.container->info().raft_term == 7U);
      } else {
        CHECK((opened.status.code() == "SnapMetaInvalid" ||
               opened.status.code() == "SnapMetaMismatch"));
      }
    }
  }
  std::filesystem::remove(meta_path);
  const OpenedSnapshot bare = OpenPath(folder);
  REQUIRE(bare.status.ok());
  CHECK(bare.finding("no_checksum") != nullptr);
}

TEST_CASE("the newest whole snapshot of the first engine is taken") {
  const DataDirectory data;
  data.Add(9, 1, 1, Snapshot("term 9"));
  data.Add(10, 8, 5, Snapshot("index 8"));
  data.Add(10, 10, 3, Snapshot("index 10, older"));
  const std::string newest = data.Add(10, 10, 20, Snapshot("index 10, newer"));
  data.Add(11, 11, 1, Snapshot("unfinished"), ".tmp");
  const std::string root = data.folder.path();
  CHECK(ValueIn(OpenPath(root)) == "index 10, newer");
  CHECK(ListHashicorpSnapshots(root).size() == 4);
  CHECK(ListHashicorpSnapshots(root).front().folder == newest);
  WriteWholeFile(newest + "/state.bin", "x");
  const OpenedSnapshot older = OpenPath(root);
  CHECK(ValueIn(older) == "index 10, older");
  REQUIRE(older.finding("snapshot_broken") != nullptr);
  CHECK(older.finding("snapshot_broken")->severity == Severity::kWarning);
  CHECK(OpenPath(newest).status.code() == "SnapMetaMismatch");
  std::filesystem::remove(newest + "/state.bin");
  CHECK(ValueIn(OpenPath(data.folder / "snapshots")) == "index 10, older");
  CHECK(ValueIn(OpenPath(data.folder / "snapshots/11-11-1.tmp/state.bin")) == "unfinished");
}

TEST_CASE("state.bin of the in-memory store") {
  const DataDirectory data;
  VersionListBuilder list(kT1, 0);
  list.Key("key", 2).Version(kT0, "old").Version(kT1, "new");
  CHECK(ValueIn(OpenPath(data.Add(1, 2, 3, list.Bytes()))) == "new");
}

TEST_CASE("the first engine's log is named for what it is") {
  const TempFolder folder;
  for (const char* const name : {"raft.db", "logs.dat", "stable.dat"}) {
    WriteWholeFile(folder / name, std::string(4096, '\x17'));
    CHECK(OpenPath(folder / name).status.code() == "RaftLegacyHashicorp");
  }
  WriteWholeFile(folder / "raft.db", Snapshot("a snapshot under its name"));
  CHECK(OpenPath(folder / "raft.db").status.ok());
}

}  // namespace
}  // namespace snaptree
