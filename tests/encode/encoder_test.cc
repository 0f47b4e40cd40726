// Whole runs of encode: what is checked, what is written, and what stays as it was.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "manifest/encode_info.h"
#include "tests/support/encode_run.h"

namespace snaptree::test {
namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

constexpr uint64_t kTs = 111411200000000001;

SnapshotBuilder Store() {
  SnapshotBuilder store;
  store.Header1(1700000000001);
  store.Put("!redis|str|a", kTs, std::string("\xff\x01\x00hello", 8));
  store.Put("!redis|str|b", kTs, std::string("\xff\x01\x00", 3) + std::string(100000, 'b'));
  store.Put("raw key", kTs, "raw value");
  store.Metadata("_meta_last_commit_ts", kTs);
  return store;
}

// Trees without what tells of the run.
Files Records(Files files) {
  files.erase("MANIFEST.json");
  files.erase("CHECKSUMS");
  return files;
}

std::string With(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a tree becomes a snapshot that decodes to the same tree") {
  const EncodeRun run(Store());
  const EncodeReport report = run.Run();
  CHECK(EncodeRun::ErrorsOf(report).empty());
  CHECK(report.self_test.ran);
  CHECK(report.self_test.matched);
  CHECK(report.self_test.not_canonical == 0);
  CHECK(report.written.rows == 3);
  CHECK(report.commit_ts == kTs);
  CHECK((Records(run.Decoded()) == Records(run.Tree())));
  const Result<EncodeInfo> info =
      ParseEncodeInfo(ReadWholeFile(run.options.output + ".encode_info.json"));
  REQUIRE(info.ok());
  CHECK(info->self_test_matched);
  CHECK(info->last_commit_ts == kTs);
  CHECK(info->output_file_sha256 == Sha256::HexOf(run.Output()));
  CHECK(info->adapters_enabled == Strings{"redis", "rawkv"});
}

TEST_CASE("an empty tree becomes the empty snapshot of the specification") {
  SnapshotBuilder store;
  store.LastCommit(7000);
  const EncodeRun run(store);
  CHECK(run.Run().good());
  CHECK(Hex(run.Output()) ==
        "454b5654484c43310000000000000001454b565042424c31581b00000000000089c59c2a");
}

TEST_CASE("the snapshot's bytes do not depend on threads or memory") {
  EncodeRun run(Store());
  run.options.force = true;
  run.Run();
  const std::string expected = run.Output();
  for (const unsigned threads : {2U, 8U}) {
    run.options.threads = threads;
    run.options.memory_bytes = uint64_t{16} << 20;
    CHECK(run.Run().good());
    CHECK((run.Output() == expected));
  }
}

TEST_CASE("all errors of a tree are told in one run, and nothing is written") {
  EncodeRun run(Store());
  run.Edit("redis/db_0/strings/a.bin", "changed");
  fs::remove(run.tree("redis/db_0/strings/b.bin"));
  run.Edit("redis/db_0/strings/c.bin", "new");
  run.Edit("redis/db_0/strings/note.txt", "what is this");
  run.Edit("redis/db_0/strings/a%2.bin", "no name");
  CHECK(run.Errors() == Strings{"NameInvalid redis/db_0/strings/a%2.bin",
                                "ChecksumMismatch redis/db_0/strings/a.bin",
                                "Missing redis/db_0/strings/b.bin",
                                "UnlistedFile redis/db_0/strings/c.bin",
                                "UnexpectedFile redis/db_0/strings/note.txt"});
  CHECK_FALSE(fs::exists(run.options.output));
  CHECK_FALSE(fs::exists(run.options.output + ".encode_info.json"));
}

TEST_CASE("without checksums an edited tree is what it is") {
  EncodeRun run(Store());
  run.Edit("redis/db_0/strings/a.bin", "changed");
  fs::remove(run.tree("redis/db_0/strings/b.bin"));
  run.options.check_checksums = false;
  CHECK(run.Errors().empty());
  const Files decoded = run.Decoded();
  CHECK(decoded.at("redis/db_0/strings/a.bin") == "changed");
  CHECK(decoded.count("redis/db_0/strings/b.bin") == 0);
}

TEST_CASE("a tree without CHECKSUMS is not complete") {
  EncodeRun run(Store());
  fs::remove(run.tree("CHECKSUMS"));
  const Strings errors = run.Errors();
  CHECK(std::count(errors.begin(), errors.end(), "ChecksumsMissing CHECKSUMS") == 1);
}

TEST_CASE("links, pipes and files with several names are refused, each by name") {
  EncodeRun run(Store());
  fs::remove(run.tree("redis/db_0/strings/a.bin"));
  fs::create_symlink("/etc/passwd", run.tree("redis/db_0/strings/a.bin"));
  REQUIRE(::mkfifo(run.tree("redis/db_0/strings/p.bin").c_str(), 0600) == 0);
  fs::create_hard_link(run.tree("redis/db_0/strings/b.bin"), run.folder("other"));
  const Strings errors = run.Errors();
  CHECK(std::count(errors.begin(), errors.end(), "UnsafePath redis/db_0/strings/a.bin") >= 1);
  CHECK(std::count(errors.begin(), errors.end(), "NotRegular redis/db_0/strings/p.bin") >= 1);
  CHECK(std::count(errors.begin(), errors.end(), "HardLink redis/db_0/strings/b.bin") >= 1);
}

TEST_CASE("hard links can be allowed") {
  EncodeRun run(Store());
  fs::create_hard_link(run.tree("redis/db_0/strings/b.bin"), run.folder("other"));
  run.options.allow_hard_links = true;
  CHECK(run.Errors().empty());
}

TEST_CASE("an adapter's folder that is a link is refused") {
  EncodeRun run(Store());
  fs::rename(run.tree("redis"), run.folder("elsewhere"));
  fs::create_directory_symlink(run.folder("elsewhere"), run.tree("redis"));
  const Strings errors = run.Errors();
  CHECK(std::count(errors.begin(), errors.end(), "UnsafePath redis") == 1);
}

TEST_CASE("what stands at the root and belongs to nothing is named") {
  EncodeRun run(Store());
  run.Edit("notes.txt~", "x");
  fs::create_directory(run.tree("mysql"));
  CHECK(run.Errors() == Strings{"UnexpectedFile mysql", "UnexpectedFile notes.txt~"});
  run.options.choices.ignore_extra = true;
  const EncodeReport report = run.Run();
  CHECK(report.good());
  CHECK(report.findings.by_code().at("unexpected_file").count == 2);
}

TEST_CASE("a tree must have a manifest that can be read") {
  EncodeRun run(Store());
  const std::string manifest = ReadWholeFile(run.tree("MANIFEST.json"));
  run.Edit("MANIFEST.json", With(manifest, "\"format_version\": 1", "\"format_version\": 2"));
  CHECK(run.Fails() == "ManifestUnsupported");
  run.Edit("MANIFEST.json", manifest.substr(0, manifest.size() / 2));
  CHECK(run.Fails() == "ManifestInvalid");
  fs::remove(run.tree("MANIFEST.json"));
  CHECK(run.Fails() == "ManifestMissing");
}

TEST_CASE("the timestamp never goes back") {
  EncodeRun run(Store());
  run.options.last_commit_ts = kTs - 1;
  CHECK(run.Fails() == "HlcBackwards");
  run.options.last_commit_ts = 0xffffffffffff0000;
  CHECK(run.Fails() == "HlcOverflow");
  run.options.last_commit_ts = kTs + 5;
  const EncodeReport report = run.Run();
  CHECK(report.commit_ts == kTs + 5);
  CHECK(report.commit_ts_overridden);
}

TEST_CASE("rows without any time are refused") {
  EncodeRun run(Store());
  const std::string manifest = ReadWholeFile(run.tree("MANIFEST.json"));
  run.Edit("MANIFEST.json",
           With(manifest, "\"last_commit_ts\": " + std::to_string(kTs), "\"last_commit_ts\": 0"));
  run.Seal();
  CHECK(run.Fails() == "HlcMissing");
  run.options.last_commit_ts = 7000;
  CHECK(run.Errors().empty());
}

TEST_CASE("an older good output is untouched when a run fails") {
  EncodeRun run(Store());
  run.Run();
  const std::string good = run.Output();
  CHECK(run.Fails() == "OutputExists");
  run.options.force = true;
  run.Edit("redis/db_0/strings/a.bin", "changed");
  CHECK(run.Errors() == Strings{"ChecksumMismatch redis/db_0/strings/a.bin"});
  CHECK((run.Output() == good));
  run.Seal();
  CHECK(run.Errors().empty());
  CHECK((run.Output() != good));
}

TEST_CASE("a snapshot is not written into its own tree") {
  EncodeRun run(Store());
  run.options.output = run.tree("out.fsm");
  CHECK(run.Fails() == "OutputInsideInput");
}

TEST_CASE("a dry run counts everything and writes nothing") {
  EncodeRun run(Store());
  run.options.dry_run = true;
  const EncodeReport report = run.Run();
  CHECK(report.good());
  CHECK(report.written.rows == 3);
  CHECK(report.self_test.matched);
  CHECK_FALSE(fs::exists(run.options.output));
  run.options.self_test = false;
  CHECK(run.Run().written.rows == 3);
}

TEST_CASE("a bare payload is the snapshot without header and footer") {
  EncodeRun run(Store());
  run.Run();
  const std::string whole = run.Output();
  run.options.force = true;
  run.options.payload_only = true;
  CHECK(run.Run().good());
  CHECK((run.Output() == whole.substr(16, whole.size() - 20)));
}

TEST_CASE("files that say the same in another form are no mismatch") {
  SnapshotBuilder store = Store();
  store.Put(std::string("!hs|meta|\0\0\0\1h", 14), kTs,
            std::string("\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\0", 16));
  store.Put(std::string("!hs|fld|\0\0\0\1hx", 14), kTs, "1");
  store.Put(std::string("!hs|fld|\0\0\0\1hy", 14), kTs, "2");
  EncodeRun run(store);
  run.Edit("redis/db_0/hashes/h.json",
           R"({"fields":[{"value":"2","name":"y"},{"name":"x","value":"1"}],"format_version":1})");
  run.Seal();
  const EncodeReport report = run.Run();
  CHECK(EncodeRun::ErrorsOf(report).empty());
  CHECK(report.self_test.not_canonical == 1);
  CHECK(report.findings.by_code().at("not_canonical").example() == "redis/db_0/hashes/h.json");
}

TEST_CASE("two files for one key are told with both places") {
  EncodeRun run(Store());
  run.Edit("redis/db_0/strings/%61.bin", "again");
  run.Seal();
  const EncodeReport report = run.Run();
  REQUIRE(report.errors.size() == 1);
  CHECK(report.errors[0].code() == "DuplicateKey");
  CHECK(report.errors[0].info().source == "redis/db_0/strings/%61.bin");
  CHECK(report.errors[0].info().found.find("redis/db_0/strings/a.bin") != std::string::npos);
}

TEST_CASE("adapters can be chosen, but not ones that the tree does not have") {
  EncodeRun run(Store());
  run.options.adapters = {"rawkv"};
  const EncodeReport report = run.Run();
  CHECK(report.good());
  CHECK(report.written.rows == 1);
  run.options.adapters = {"mysql"};
  run.options.force = true;
  CHECK(run.Fails() == "UnknownAdapter");
}

TEST_CASE("strict makes warnings errors") {
  EncodeRun run(Store());
  run.options.last_commit_ts = uint64_t{9000000000000} << 16;
  CHECK(run.Run().findings.by_code().count("hlc_in_future") == 1);
  run.options.force = true;
  run.options.choices.strict = true;
  const EncodeReport report = run.Run();
  REQUIRE(report.errors.size() == 1);
  CHECK(report.errors[0].code() == "StrictLoss");
}

}  // namespace snaptree::test
