// Offloaded snapshots: spec 01 chapter 6, spec 07 chapter 10 and its vector V13.
#include <sys/stat.h>

#include <filesystem>

#include <catch2/catch.hpp>

#include "formats/offload_manifest.h"
#include "formats/offload_store.h"
#include "tests/support/damage.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/temp_folder.h"
#include "tests/support/version_list_builder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

constexpr char kV13Key[] = "p/v1/groups/0/snapshots/00000000000000000100-00000000000000000003.json";

std::string V13Payload() {
  return Unhex("454b5654484c43310000000000000001454b565042424c31581b000000000000");
}

OffloadManifest ManifestOf(Slice payload, uint64_t group, uint64_t index, uint64_t term) {
  OffloadManifest m;
  m.created_at = "2026-07-19T01:02:03Z";
  m.source_cluster = "ek";
  m.group_id = group;
  m.index = index;
  m.term = term;
  m.voters = {1};
  m.payload_sha256 = Sha256::HexOf(payload);
  m.payload_key = "p/" + OffloadPayloadKey(m.payload_sha256);
  m.payload_bytes = payload.size();
  m.payload_crc32c = Crc32c(payload);
  m.key = "p/" + OffloadManifestKey(group, index, term);
  return m;
}

// With its own digest, as the server writes it.
std::string FileOf(const OffloadManifest& m) {
  std::string text = m.CanonicalText();
  const std::string digest = Sha256::HexOf(text);
  text.resize(text.size() - 2);  // "\n}"
  return text + ",\n  \"manifest_sha256\": \"" + digest + "\"\n}\n";
}

std::string V13() { return FileOf(ManifestOf(V13Payload(), 0, 100, 3)); }

std::string Snapshot(Slice value) {
  return SnapshotBuilder()
      .Header1(7)
      .Put("key", kT0, value)
      .Metadata("_meta_last_commit_ts", kT0)
      .Footer(FooterKind::kNone)
      .Bytes();
}

// A copy of a store in a folder for the test.
struct Store {
  TempFolder folder;

  void Write(const std::string& key, const std::string& bytes) const {
    std::filesystem::create_directories((folder / key).substr(0, (folder / key).rfind('/')));
    WriteWholeFile(folder / key, bytes);
  }
  std::string Add(Slice payload, uint64_t group, uint64_t index, uint64_t term = 3) const {
    const OffloadManifest m = ManifestOf(payload, group, index, term);
    Write(m.payload_key, std::string(payload));
    Write(m.key, FileOf(m));
    return m.key;
  }
  std::string Object(Slice payload) const {
    return folder / ("p/" + OffloadPayloadKey(Sha256::HexOf(payload)));
  }
};

OpenInputOptions WithManifest(const std::string& path) {
  OpenInputOptions options;
  options.choice.offload_manifest = path;
  return options;
}

OpenInputOptions WithKey(const std::string& key) {
  OpenInputOptions options;
  options.choice.manifest_key = key;
  return options;
}

void CheckCode(const std::string& text, const std::string& code, const std::string& address = "") {
  const Result<OffloadManifest> m = ParseOffloadManifest(text, "m.json");
  REQUIRE_FALSE(m.ok());
  CHECK(m.status().code() == code);
  CHECK(m.status().info().source == "m.json");
  CHECK(m.status().info().address.find(address) != std::string::npos);
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("07 V13: the manifest of an offloaded snapshot") {
  const std::string text = V13();
  CHECK(text.size() == 648);
  CHECK(Sha256::HexOf(text) == "724b8735db7346bc81f24571a2b06d95abba6d66676259e72bc8e03537e6c7bc");
  const Result<OffloadManifest> m = ParseOffloadManifest(text, "m.json");
  REQUIRE(m.ok());
  CHECK(Sha256::HexOf(m->CanonicalText()) ==
        "6d42a90879b5a33a9f8d3e88acedf6a54719535b948ad992b28aa82237d572c1");
  CHECK(m->payload_sha256 == "dc96b49c6dd8fb0153aa585914d8a5413de351806ed4561bdabccaef60ff7cdc");
  CHECK(m->payload_crc32c == 2311429162);
  CHECK(m->payload_bytes == 32);
  CHECK(m->index == 100);
  CHECK(m->term == 3);
  CHECK(m->group_id == 0);
  CHECK(m->key == kV13Key);
  CHECK(m->voters == std::vector<uint64_t>{1});
}

TEST_CASE("every member of a manifest is read and written as the server does") {
  OffloadManifest m = ManifestOf("x", 2, UINT64_MAX, 1);
  m.source_cluster = "a<b>&\"\\\n\x01\u2028\u00e9";
  m.learners = {2, 3};
  m.voters_outgoing = {4};
  m.learners_next = {UINT64_MAX};
  m.auto_leave = true;
  m.binary_version = "v1";
  CHECK(m.CanonicalText().find(R"("a\u003cb\u003e\u0026\"\\\n\u0001\u2028é")") !=
        std::string::npos);
  CHECK(m.CanonicalText().find("\"learners\": [\n      2,\n      3\n    ],\n") !=
        std::string::npos);
  const Result<OffloadManifest> read = ParseOffloadManifest(FileOf(m), "m.json");
  REQUIRE(read.ok());
  CHECK(read->CanonicalText() == m.CanonicalText());
  const SnapshotFacts facts = read->Facts("m.json");
  const std::map<std::string, std::string> origin(facts.origin.begin(), facts.origin.end());
  CHECK(origin.at("group") == "2");
  CHECK(origin.at("voters") == "1");
  CHECK(origin.at("learners") == "2, 3");
  CHECK(origin.at("server") == "v1");
  CHECK(facts.index == UINT64_MAX);
}

TEST_CASE("a manifest that was only laid out anew is the same") {
  std::string text;
  for (const char c : V13()) {
    if (c != ' ' && c != '\n') text += c;
  }
  CHECK(ParseOffloadManifest(text, "").ok());
  // Its own digest is optional.
  const std::string own = V13().substr(V13().find(",\n  \"manifest_sha256\""));
  CHECK(ParseOffloadManifest(Replaced(V13(), own, "\n}\n"), "").ok());
}

TEST_CASE("what is no manifest is refused") {
  const std::string bare = ManifestOf(V13Payload(), 0, 100, 3).CanonicalText();
  const auto refused = [&](const std::string& from, const std::string& to,
                           const std::string& member) {
    CAPTURE(from, to);
    CheckCode(Replaced(bare, from, to), "OffloadManifestInvalid", member);
  };
  REQUIRE(ParseOffloadManifest(bare, "").ok());
  refused("_version\": 1", "_version\": 2", "schema_version");
  refused("\"schema_version\": 1,", "", "schema_version");
  refused("\"schema_version\": 1,", "\"schema_version\": 1, \"new\": 1,", "new");
  refused("\"schema_version\": 1,", "\"schema_version\": 1, \"schema_version\": 1,",
          "schema_version");
  refused("\"schema_version\": 1,", "\"schema_version\": 1.0,", "schema_version");
  refused("2026-07-19T", "yesterday", "created_at");
  refused("\"source_cluster\": \"ek\",", "", "source_cluster");
  refused("\"group_id\": 0", "\"group_id\": -1", "group_id");
  refused("\"group_id\": 0", "\"group_id\": 1", "manifest_key");
  refused("\"group_id\": 0", "\"group_id\": \"0\"", "group_id");
  refused("\"snapshot_index\": 100", "\"snapshot_index\": 18446744073709551616", "");
  refused("\"snapshot_term\": 3", "\"snapshot_term\": 4", "manifest_key");
  refused("      1\n", "", "voters");
  refused("      1\n", "      -1\n", "voters");
  refused("\"voters\"", "\"votes\"", "votes");
  refused("\"key\": \"p/v1/payloads", "\"key\": \"p/v2/payloads", "key");
  refused("\"key\": \"p/v1/payloads", "\"key\": \"pv1/payloads", "key");
  refused("\"sha256\": \"dc96", "\"sha256\": \"DC96", "sha256");
  refused("2311429162", "4294967296", "source_crc32c");
  refused("\"bytes\": 32", "\"bytes\": null", "bytes");
  CheckCode("", "OffloadManifestInvalid");
  CheckCode("[]", "OffloadManifestInvalid");
  CheckCode(bare + "{}", "OffloadManifestInvalid");
  const TempFolder folder;
  WriteWholeFile(folder / "m", V13() + std::string(1 << 20, ' '));
  CHECK(ReadOffloadManifest(folder / "m").status().code() == "OffloadManifestInvalid");
  CHECK(ReadOffloadManifest(folder / "none").status().code() == "NotFound");
}

TEST_CASE("a flipped bit of a manifest is an error or changes nothing") {
  const std::string good = V13();
  const std::string canonical = ParseOffloadManifest(good, "")->CanonicalText();
  for (size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      const Result<OffloadManifest> m = ParseOffloadManifest(WithFlippedBit(good, at, bit), "");
      CAPTURE(at, bit);
      CHECK((m.ok() ? m->CanonicalText() == canonical
                    : m.status().code() == "OffloadManifestInvalid"));
    }
  }
  for (size_t size = 0; size < good.size() - 1; ++size) {
    CAPTURE(size);
    CHECK_FALSE(ParseOffloadManifest(good.substr(0, size), "").ok());
  }
}

TEST_CASE("a payload object alone is compared with its name") {
  const Store store;
  const std::string payload = Snapshot("v");
  store.Add(payload, 1, 5);
  const std::string object = store.Object(payload);
  const OpenedSnapshot opened = OpenPath(object);
  REQUIRE(opened.status.ok());
  CHECK(opened.finding("no_checksum") == nullptr);
  CHECK(LiveRows(opened) == std::map<std::string, std::string>{{"key", "v"}});
  for (size_t at = 0; at < payload.size(); ++at) {
    CAPTURE(at);
    WriteWholeFile(object, WithFlippedBit(payload, at, 3));
    CHECK(OpenPath(object).status.code() == "OffloadMismatch");
  }
  WriteWholeFile(object, payload.substr(0, payload.size() - 1));
  CHECK(OpenPath(object).status.code() == "OffloadMismatch");
  WriteWholeFile(object + ".zst", ZstdFrame(payload));
  CHECK(OpenPath(object + ".zst").status.ok());
  OpenInputOptions salvage;
  salvage.salvage = true;
  WriteWholeFile(object, WithFlippedBit(payload, payload.find("v"), 1));
  const OpenedSnapshot saved = OpenPath(object, salvage);
  REQUIRE(saved.status.ok());
  CHECK(saved.input.salvage.damage.find("OffloadMismatch") != std::string::npos);
}

TEST_CASE("a payload beside its manifest") {
  const Store store;
  const std::string payload = Snapshot("v");
  const std::string key = store.Add(payload, 2, 77, 9);
  const std::string renamed = store.folder / "payload";
  WriteWholeFile(renamed, payload);
  const OpenedSnapshot opened = OpenPath(renamed, WithManifest(store.folder / key));
  REQUIRE(opened.status.ok());
  CHECK(opened.finding("no_checksum") == nullptr);
  const ContainerInfo& info = opened.input.container->info();
  CHECK(info.snapshot_index == 77U);
  CHECK(info.raft_term == 9U);
  const std::map<std::string, std::string> origin(info.origin.begin(), info.origin.end());
  CHECK(origin.at("group") == "2");
  CHECK(origin.at("cluster") == "ek");
  // Without it nothing proves the file.
  CHECK(OpenPath(renamed).finding("no_checksum") != nullptr);

  const auto mismatch = [&](const OffloadManifest& m) {
    WriteWholeFile(store.folder / "m.json", FileOf(m));
    return OpenPath(renamed, WithManifest(store.folder / "m.json")).status;
  };
  OffloadManifest m = ManifestOf(payload, 2, 77, 9);
  CHECK(mismatch(m).ok());
  m.payload_crc32c = 0;  // not known
  CHECK(mismatch(m).ok());
  m.payload_crc32c = 1;
  CHECK(mismatch(m).code() == "OffloadMismatch");
  m = ManifestOf(payload + "x", 2, 77, 9);
  CHECK(mismatch(m).info().what.find("size") != std::string::npos);
  m.payload_bytes = payload.size();
  CHECK(mismatch(m).info().what.find("SHA-256") != std::string::npos);
  CHECK(OpenPath(store.folder.path(), WithManifest(store.folder / key)).status.code() ==
        "OptionConflict");
  CHECK(OpenPath(renamed, WithManifest(store.folder / "none")).status.code() == "NotFound");
  CHECK(OpenPath(renamed, WithKey(key)).status.code() == "OptionConflict");
}

TEST_CASE("V13 in a store") {
  const Store store;
  store.Add(V13Payload(), 0, 100);
  for (const std::string& path :
       {store.folder.path(), store.folder / "p", store.folder / "p/v1/groups/0"}) {
    CAPTURE(path);
    CHECK(IsOffloadStore(path));
    const OpenedSnapshot opened = OpenPath(path);
    INFO((opened.status.ok() ? "" : opened.status.Message()));
    // Without the row that ends every store it could be cut, had it no checksum.
    REQUIRE(opened.status.ok());
    CHECK(opened.scan.rows == 0);
    CHECK(opened.input.container->info().snapshot_index == 100U);
  }
  CHECK(OpenPath(store.folder.path(), WithKey(kV13Key)).status.ok());
  CHECK(OpenPath(store.folder / "p", WithKey(kV13Key)).status.ok());
  CHECK_FALSE(IsOffloadStore(store.folder / "p/v1/groups"));
}

TEST_CASE("of a store with one group the newest whole snapshot is taken") {
  const Store store;
  store.Add(Snapshot("old"), 1, 9, 9);
  const std::string key = store.Add(Snapshot("new"), 1, 10, 2);
  store.Write("p/v1/groups/1/snapshots/notes.json", "{}");
  const auto value = [&](const OpenedSnapshot& opened) {
    INFO((opened.status.ok() ? "" : opened.status.Message()));
    REQUIRE(opened.status.ok());
    return LiveRows(opened).at("key");
  };
  const std::string root = store.folder.path();
  CHECK(value(OpenPath(root)) == "new");
  CHECK(value(OpenPath(root, WithKey("p/v1/groups/1/snapshots/00000000000000000009-"
                                     "00000000000000000009.json"))) == "old");
  CHECK(ListOffloaded(root).size() == 2);
  CHECK(ListOffloaded(root)[0].key == key);

  WriteWholeFile(store.Object(Snapshot("new")), "x");
  const OpenedSnapshot older = OpenPath(root);
  CHECK(value(older) == "old");
  REQUIRE(older.finding("snapshot_broken") != nullptr);
  CHECK(older.finding("snapshot_broken")->severity == Severity::kWarning);
  CHECK(OpenPath(root, WithKey(key)).status.code() == "OffloadMismatch");
  OpenInputOptions salvage;
  salvage.salvage = true;
  CHECK(value(OpenPath(root, salvage)) == "old");
  std::filesystem::remove(store.Object(Snapshot("old")));
  const Status none = OpenPath(root).status;
  CHECK(none.code() == "NoSnapshot");
  CHECK(none.info().found.find(key) != std::string::npos);
}

TEST_CASE("a snapshot of a store that is not whole can be salvaged") {
  const Store store;
  const std::string key = store.Add(Snapshot("value"), 2, 9);
  const std::string payload = store.Object(Snapshot("value"));
  std::string damaged = Snapshot("value");
  damaged[9] ^= 1;  // the clock in its header
  WriteWholeFile(payload, damaged);
  const std::string group = store.folder / "p/v1/groups/2";
  for (const std::string& path : {store.folder.path(), store.folder / "p", group}) {
    for (const std::string& named : {std::string(), key}) {
      CAPTURE(path, named);
      OpenInputOptions options = WithKey(named);
      CHECK(OpenPath(path, options).status.code() ==
            (named.empty() ? "NoSnapshot" : "OffloadMismatch"));
      options.salvage = true;
      const OpenedSnapshot opened = OpenPath(path, options);
      INFO((opened.status.ok() ? "" : opened.status.Message()));
      REQUIRE(opened.status.ok());
      CHECK(LiveRows(opened).at("key") == "value");
      CHECK(opened.input.salvage.damage.find("OffloadMismatch") != std::string::npos);
    }
  }
}

TEST_CASE("the listed keys of a store can be given back to it") {
  const Store store;
  store.Add(Snapshot("value"), 2, 9);
  for (const char* below : {"", "p", "p/", "p/v1/groups/2", "p/v1/groups/2/"}) {
    CAPTURE(below);
    const std::string path = store.folder / below;
    const auto listed = ListOffloaded(path);
    REQUIRE(listed.size() == 1);
    CHECK(OpenPath(path, WithKey(listed[0].key)).status.ok());
    const Result<FoundSnapshot> opened = OpenOffloaded(listed[0]);
    REQUIRE(opened.ok());
    CHECK_FALSE(opened->facts.proven);
  }
}

TEST_CASE("of a store with several groups one has to be named") {
  const Store store;
  const std::string first = store.Add(Snapshot("1"), 1, 5);
  const std::string second = store.Add(Snapshot("2"), 2, 6);
  const Status several = OpenPath(store.folder.path()).status;
  CHECK(several.code() == "SeveralGroups");
  CHECK(several.kind() == ErrorKind::kUsage);
  CHECK(several.info().found.find(first) != std::string::npos);
  CHECK(several.info().found.find(second) != std::string::npos);
  const OpenedSnapshot one = OpenPath(store.folder.path(), WithKey(second));
  REQUIRE(one.status.ok());
  CHECK(LiveRows(one).at("key") == "2");
  const OpenedSnapshot folder = OpenPath(store.folder / "p/v1/groups/1/");
  REQUIRE(folder.status.ok());
  CHECK(LiveRows(folder).at("key") == "1");
}

TEST_CASE("a manifest under another snapshot's name is refused") {
  const Store store;
  const std::string key = store.Add(Snapshot("1"), 1, 5);
  const std::string other = "p/" + OffloadManifestKey(1, 6, 3);
  store.Write(other, ReadWholeFile(store.folder / key));
  CHECK(OpenPath(store.folder.path(), WithKey(other)).status.code() == "OffloadMismatch");
  CHECK(OpenPath(store.folder.path(), WithKey("x.json")).status.code() == "OptionValue");
  CHECK(OpenPath(store.folder.path(), WithKey("p/" + OffloadManifestKey(1, 7, 3))).status.code() ==
        "NotFound");
}

}  // namespace
}  // namespace snaptree
