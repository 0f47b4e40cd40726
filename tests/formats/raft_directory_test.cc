// Which snapshot of a data directory is taken: spec 01 sections 11.1 to 11.3.
#include "formats/raft_directory.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "formats/directory_kind.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/raft_folder.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;
using namespace test;  // NOLINT(google-build-using-namespace)
using Directory = RaftFolder;

const Finding* FindingOf(const Findings& findings, const std::string& code) {
  const auto found = findings.by_code().find(code);
  return found == findings.by_code().end() ? nullptr : &found->second;
}

std::string Chosen(const Directory& directory, Findings* findings) {
  const Result<ChosenState> chosen = ChooseState(directory.path(), {}, findings);
  return chosen.ok() ? chosen->path : chosen.status().Message();
}

// Nothing but the note that names the state.
bool NothingElse(const Findings& findings) {
  return findings.by_code().size() == 1 && FindingOf(findings, "state_chosen") != nullptr;
}

TEST_CASE("the newest snapshot is that of the greatest index, in hexadecimal") {
  Directory directory;
  for (const uint64_t index : {0x9U, 0x10U, 0x2aU})
    directory.AddSnap(index, directory.AddFsm(index));
  WriteWholeFile(directory.root() + "/fsm-snap/00000000000000ff.fsm.tmp", "x");
  WriteWholeFile(directory.root() + "/fsm-snap/elastickv-etcd-snapshot-1", "x");
  WriteWholeFile(directory.root() + "/fsm-snap/notes.txt", "x");
  Findings findings;
  CHECK(Chosen(directory, &findings) == directory.FsmPath(0x2a));
  CHECK(NothingElse(findings));

  const OpenedSnapshot opened = OpenPath(directory.path());
  REQUIRE(opened.status.ok());
  CHECK(opened.input.container->info().path == directory.FsmPath(0x2a));
  CHECK(opened.input.container->info().snapshot_index == 42U);
  CHECK(LiveRows(opened).at("index") == "42");
}

TEST_CASE("snapshots without .snap files are taken by their footers alone") {
  Directory directory;
  directory.AddFsm(7);
  directory.AddFsm(8);
  fs::remove_all(directory.root() + "/snap");
  Findings findings;
  CHECK(Chosen(directory, &findings) == directory.FsmPath(8));
  CHECK(NothingElse(findings));
}

TEST_CASE("a broken newest snapshot is named, and the next older one is taken") {
  Directory directory;
  for (const uint64_t index : {5U, 6U, 7U}) directory.AddSnap(index, directory.AddFsm(index));
  directory.Break(7);
  Findings findings;
  CHECK(Chosen(directory, &findings) == directory.FsmPath(6));
  const Finding* broken = FindingOf(findings, "snapshot_broken");
  REQUIRE(broken != nullptr);
  CHECK(broken->severity == Severity::kWarning);
  CHECK(broken->count == 1);
  CHECK(broken->example().find(directory.FsmPath(7)) != std::string::npos);
  CHECK(broken->example().find("FsmChecksum") != std::string::npos);

  WriteWholeFile(directory.FsmPath(6), "abc");
  Findings more;
  CHECK(Chosen(directory, &more) == directory.FsmPath(5));
  CHECK(FindingOf(more, "snapshot_broken")->count == 2);

  // A warning that OpenInput hands on.
  const OpenedSnapshot opened = OpenPath(directory.path());
  REQUIRE(opened.status.ok());
  CHECK(opened.finding("snapshot_broken") != nullptr);
}

TEST_CASE("what has the name of a snapshot and is no file is broken, not absent") {
  Directory directory;
  directory.AddFsm(5);
  SECTION("a link to nowhere") { fs::create_symlink("/nowhere", directory.FsmPath(7)); }
  SECTION("a pipe") { REQUIRE(::mkfifo(directory.FsmPath(7).c_str(), 0600) == 0); }
  SECTION("a folder") { fs::create_directories(directory.FsmPath(7)); }
  Findings findings;
  CHECK(Chosen(directory, &findings) == directory.FsmPath(5));
  const Finding* broken = FindingOf(findings, "snapshot_broken");
  REQUIRE(broken != nullptr);
  CHECK(broken->example().find(directory.FsmPath(7)) != std::string::npos);
  CHECK(broken->example().find("SnapshotNotFile") != std::string::npos);
}

TEST_CASE("when all are broken the error names each") {
  Directory directory;
  directory.AddFsm(5);
  directory.AddFsm(6);
  directory.Break(5);
  directory.Break(6);
  const OpenedSnapshot opened = OpenPath(directory.path());
  REQUIRE_FALSE(opened.status.ok());
  CHECK(opened.status.code() == "NoSnapshot");
  CHECK(opened.status.kind() == ErrorKind::kData);
  const std::string message = opened.status.Message();
  CHECK(message.find(directory.FsmPath(5)) != std::string::npos);
  CHECK(message.find(directory.FsmPath(6)) != std::string::npos);
  CHECK(opened.status.info().next == "snaptree inspect --salvage " + directory.FsmPath(6));
}

TEST_CASE("broken snapshots are listed with their reasons, newest first, one error in all") {
  Directory directory("/it's");
  directory.AddFsm(5);
  directory.Break(5);
  WriteWholeFile(directory.FsmPath(6), "abc");
  Findings findings;
  const Result<ChosenState> none = ChooseState(directory.root(), {}, &findings);
  REQUIRE_FALSE(none.ok());
  const ErrorInfo& info = none.status().info();
  CHECK(info.what == "all snapshots in the directory are broken");
  CHECK(info.found == directory.FsmPath(6) + " (the file is shorter than a footer); " +
                          directory.FsmPath(5) + " (the file does not match its footer)");
  const std::string message = none.status().Message();
  CHECK(message.find('[') == message.rfind('['));  // one code
  CHECK(info.next.find("/it'\\''s/fsm-snap/") != std::string::npos);
}

TEST_CASE("an only snapshot that is broken is called that") {
  Directory directory;
  directory.AddFsm(5);
  directory.Break(5);
  Findings findings;
  const Result<ChosenState> none = ChooseState(directory.path(), {}, &findings);
  REQUIRE_FALSE(none.ok());
  CHECK(none.status().info().what == "the only snapshot in the directory is broken");
}

TEST_CASE("a snapshot that its token does not confirm is not taken") {
  Directory directory;
  directory.AddSnap(5, directory.AddFsm(5));
  directory.AddSnap(6, directory.AddFsm(6) + 1);
  Findings findings;
  CHECK(Chosen(directory, &findings) == directory.FsmPath(5));
  REQUIRE(FindingOf(findings, "snapshot_broken") != nullptr);
  CHECK(FindingOf(findings, "snapshot_broken")->example().find("SnapTokenMismatch") !=
        std::string::npos);
  // By its own name it opens.
  CHECK(OpenPath(directory.FsmPath(6)).status.ok());
}

TEST_CASE("a token whose snapshot is missing is a warning") {
  Directory directory;
  directory.AddSnap(5, directory.AddFsm(5));
  directory.AddSnap(0x123, 1);
  Findings findings;
  CHECK(Chosen(directory, &findings) == directory.FsmPath(5));
  const Finding* missing = FindingOf(findings, "snapshot_missing");
  REQUIRE(missing != nullptr);
  CHECK(missing->severity == Severity::kWarning);
  CHECK(missing->example() == "index 291");

  // An older one that is gone is the normal course of things: three are kept.
  Directory normal;
  normal.AddSnap(5, normal.AddFsm(5));
  normal.AddSnap(4, 1);
  Findings none;
  CHECK(Chosen(normal, &none) == normal.FsmPath(5));
  CHECK(NothingElse(none));
}

TEST_CASE("a payload inside a .snap file is a snapshot like others") {
  Directory directory;
  const std::string payload = SnapshotBuilder().Put("index", kT0, "inside").Bytes();
  WriteWholeFile(directory.SnapPath(5), MakeSnapFile(5, 2, payload));
  Findings findings;
  CHECK(Chosen(directory, &findings) == directory.SnapPath(5));
  CHECK(NothingElse(findings));
  const OpenedSnapshot opened = OpenPath(directory.path());
  REQUIRE(opened.status.ok());
  CHECK(opened.input.container->info().path == directory.SnapPath(5));
  CHECK(opened.input.container->info().snapshot_index == 5U);
  CHECK(opened.input.container->info().raft_term == 2U);
  CHECK(LiveRows(opened).at("index") == "inside");
  directory.AddFsm(6);
  CHECK(Chosen(directory, &findings) == directory.FsmPath(6));
}

TEST_CASE("a .snap file that cannot be read is a warning") {
  Directory directory;
  directory.AddFsm(5);
  WriteWholeFile(directory.SnapPath(5), "not protobuf");
  WriteWholeFile(directory.root() + "/snap/db.tmp", "ignored");
  Findings findings;
  CHECK(Chosen(directory, &findings) == directory.FsmPath(5));
  REQUIRE(FindingOf(findings, "snap_invalid") != nullptr);
  CHECK(FindingOf(findings, "snap_invalid")->example().find(directory.SnapPath(5)) !=
        std::string::npos);
}

TEST_CASE("one group below is found, several must be named") {
  Directory one("/group-1");
  one.AddSnap(5, one.AddFsm(5));
  CHECK(IsRaftDirectory(one.path()));
  Findings findings;
  CHECK(Chosen(one, &findings) == one.FsmPath(5));

  fs::create_directories(one.path() + "/group-2/fsm-snap");
  WriteWholeFile(one.path() + "/group-3", "a file is no group");
  const Result<ChosenState> several = ChooseState(one.path(), {}, &findings);
  REQUIRE_FALSE(several.ok());
  CHECK(several.status().code() == "SeveralGroups");
  CHECK(several.status().kind() == ErrorKind::kUsage);
  CHECK(several.status().info().found == one.path() + "/group-1, " + one.path() + "/group-2");
  CHECK(several.status().info().next.find("snaptree decode " + one.path() + "/group-1 " +
                                          one.path() + "/group-2 -o dump") != std::string::npos);
  CHECK(ChooseState(one.path() + "/group-1", {}, &findings).ok());
}

TEST_CASE("a directory without states says what was looked for") {
  const TempFolder folder;
  fs::create_directories(folder / "fsm-snap");
  Findings findings;
  const Result<ChosenState> none = ChooseState(folder.path(), {}, &findings);
  REQUIRE_FALSE(none.ok());
  CHECK(none.status().code() == "NoSnapshot");
  CHECK(none.status().info().found == "none");
}

TEST_CASE("the term of a snapshot is that of its .snap file") {
  Directory directory;
  directory.AddSnap(5, directory.AddFsm(5));
  const OpenedSnapshot opened = OpenPath(directory.path());
  REQUIRE(opened.status.ok());
  CHECK(opened.input.container->info().raft_term == 2U);
}

TEST_CASE("groups stand in the order of their numbers, and the timestamp group has no data") {
  const TempFolder folder;
  for (const char* const name : {"group-10", "group-2", "group-0", "other"})
    fs::create_directories(folder / name);
  const std::vector<std::string> groups = GroupFolders(folder.path());
  CHECK(groups ==
        std::vector<std::string>{folder / "group-0", folder / "group-2", folder / "group-10"});
  CHECK(DataGroups(groups) == std::vector<std::string>{folder / "group-2", folder / "group-10"});
}

TEST_CASE("directories are recognised by what is in them") {
  const TempFolder folder;
  CHECK_FALSE(IsRaftDirectory(folder.path()));
  CHECK_FALSE(IsRaftDirectory(folder / "nothing"));
  fs::create_directories(folder / "snap");
  CHECK_FALSE(IsRaftDirectory(folder.path()));
  fs::create_directories(folder / "wal");
  CHECK(IsRaftDirectory(folder.path()));
  const TempFolder file;
  WriteWholeFile(file / "fsm-snap", "not a folder");
  CHECK_FALSE(IsRaftDirectory(file.path()));
  fs::create_directories(file / "group-1");
  CHECK(IsRaftDirectory(file.path()));
}

}  // namespace
}  // namespace snaptree
