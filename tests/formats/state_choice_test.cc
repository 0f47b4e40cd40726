// fsm.db or a snapshot: spec 01 section 11.1, 01b sections 3.1 and 3.7 and chapter 4, case 20.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include <catch2/catch.hpp>

#include "formats/raft_directory.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/pebble_store.h"
#include "tests/support/raft_folder.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;
using namespace test;  // NOLINT(google-build-using-namespace)

std::string Number(uint64_t v) {
  std::string bytes;
  AppendLe64(&bytes, v);
  return bytes;
}

// A store with the row "index" and what it has applied. Returns its table's path.
std::string AddStore(const RaftFolder& folder, std::optional<uint64_t> applied,
                     uint64_t last_commit_ts = kT0) {
  fs::create_directories(folder.StorePath());
  PebbleStoreBuilder store(folder.StorePath());
  std::vector<StoreEntry> entries;
  if (applied) entries.push_back({"_meta_applied_index", Number(*applied), 1});
  entries.push_back({"_meta_last_commit_ts", Number(last_commit_ts), 2});
  const std::string value = std::string(9, '\0') + "store";
  entries.push_back({RawKey("index", kT0), value, 3});
  const uint64_t number = store.AddTable(6, entries);
  store.AddLog(20, {});
  store.Finish();
  return store.TablePath(number);
}

void FlipMiddle(const std::string& path) {
  std::string bytes = ReadWholeFile(path);
  bytes[bytes.size() / 8] = static_cast<char>(bytes[bytes.size() / 8] ^ 1);
  WriteWholeFile(path, bytes);
}

struct Choice {
  Status status;
  ChosenState state;
  Findings findings;

  const Finding* finding(const std::string& code) const {
    const auto found = findings.by_code().find(code);
    return found == findings.by_code().end() ? nullptr : &found->second;
  }
  bool Says(const std::string& code, const std::string& text) const {
    return finding(code) != nullptr && finding(code)->example().find(text) != std::string::npos;
  }
};

Choice Choose(const RaftFolder& folder, StateSource from = StateSource::kNewest) {
  Choice choice;
  OpenInputOptions options;
  options.choice.from = from;
  Result<ChosenState> state = ChooseState(folder.path(), options, &choice.findings);
  choice.status = state.status();
  if (state.ok()) choice.state = *std::move(state);
  return choice;
}

TEST_CASE("fsm.db that has applied the newest snapshot is taken") {
  for (const uint64_t applied : {7U, 8U}) {
    RaftFolder folder;
    folder.AddSnap(7, folder.AddFsm(7));
    AddStore(folder, applied);
    const Choice choice = Choose(folder);
    REQUIRE(choice.status.ok());
    CHECK(choice.state.pebble);
    CHECK(choice.state.path == folder.StorePath());
    CHECK(choice.state.index == applied);
    CHECK(choice.findings.by_code().size() == 1);
    CHECK(choice.Says("state_chosen", "fsm.db with applied index " + std::to_string(applied)));
    CHECK(choice.finding("state_chosen")->severity == Severity::kNote);
    const OpenedSnapshot opened = OpenPath(folder.path());
    REQUIRE(opened.status.ok());
    CHECK(LiveRows(opened).at("index") == "store");
    CHECK(opened.finding("state_chosen") != nullptr);
  }
}

TEST_CASE("a snapshot newer than fsm.db is taken") {
  RaftFolder folder;
  folder.AddSnap(7, folder.AddFsm(7));
  AddStore(folder, 6);
  const Choice choice = Choose(folder);
  REQUIRE(choice.status.ok());
  CHECK(choice.state.path == folder.FsmPath(7));
  CHECK(choice.Says("state_chosen", "index 7"));
  CHECK(choice.Says("state_chosen", "fsm.db is older: applied index 6"));
  CHECK_FALSE(choice.findings.HasWarning());

  // Broken, it counts no more, and an older one does not either.
  folder.AddFsm(5);
  folder.Break(7);
  const Choice again = Choose(folder);
  REQUIRE(again.status.ok());
  CHECK(again.state.pebble);
  CHECK(again.Says("snapshot_broken", folder.FsmPath(7)));
}

TEST_CASE("fsm.db that is known to lack something is passed over for a whole snapshot") {
  RaftFolder folder;
  folder.AddFsm(7);
  AddStore(folder, 8);
  PebbleStoreBuilder store(folder.StorePath());
  store.AddLog(20, {{{"x", "x", 10}}});
  WriteWholeFile(store.LogPath(20), ReadWholeFile(store.LogPath(20)) + PebbleEndMark(20));
  const auto write_next = [&store](uint64_t sequence) {
    store.AddLog(21, {{{"y", "y", sequence}}});
  };
  write_next(11);
  CHECK(Choose(folder).state.pebble);
  CHECK_FALSE(Choose(folder).findings.HasWarning());
  for (const uint64_t sequence : {12U, 1000U}) {  // a warning when it is read, and an error
    write_next(sequence);
    const Choice choice = Choose(folder);
    REQUIRE(choice.status.ok());
    CHECK(choice.state.path == folder.FsmPath(7));
    CHECK(choice.Says("pebble_broken", sequence == 12 ? "wal_sequence_gap" : "WalMissing"));
    CHECK(choice.Says("pebble_broken", "it has applied index 8, the snapshot is of 7"));
    CHECK(Choose(folder, StateSource::kPebble).state.pebble);
  }
  // Of what is there, all is older than what is missing: it is a state that the node had.
  fs::remove(store.LogPath(21));
  CHECK(Choose(folder).state.pebble);
  CHECK(OpenPath(folder.path()).finding("wal_closed") != nullptr);
  folder.AddFsm(9);
  CHECK(Choose(folder).state.path == folder.FsmPath(9));
  CHECK(Choose(folder).Says("pebble_broken", "wal_closed"));
  folder.Break(9);
  // No snapshot is whole: what can be read is read.
  write_next(12);
  folder.Break(7);
  const Choice only = Choose(folder);
  REQUIRE(only.status.ok());
  CHECK(only.state.pebble);
  CHECK(OpenPath(folder.path()).finding("wal_sequence_gap") != nullptr);
}

TEST_CASE("fsm.db of before applied indexes were stored is compared by its last commit") {
  RaftFolder folder;
  folder.AddFsm(7);  // commits up to kT0
  AddStore(folder, std::nullopt, kT0);
  CHECK(Choose(folder).state.pebble);
  RaftFolder older;
  older.AddFsm(7);
  AddStore(older, std::nullopt, kT0 - 1);
  CHECK(Choose(older).state.path == older.FsmPath(7));
}

TEST_CASE("a damaged or missing table makes the snapshot the newest whole state") {
  for (const bool missing : {false, true}) {
    RaftFolder folder;
    folder.AddFsm(7);
    const std::string table = AddStore(folder, 9);
    if (missing) {
      fs::remove(table);
    } else {
      FlipMiddle(table);
    }
    const Choice choice = Choose(folder);
    REQUIRE(choice.status.ok());
    CHECK(choice.state.path == folder.FsmPath(7));
    const Finding* broken = choice.finding("pebble_broken");
    REQUIRE(broken != nullptr);
    CHECK(broken->severity == Severity::kWarning);
    CHECK(broken->example().find(table) != std::string::npos);
    CHECK(broken->text.find("--from pebble --salvage") != std::string::npos);
    if (missing) CHECK(choice.Says("pebble_broken", "TableMissing"));

    // --salvage chooses no damaged state when there is a whole one.
    OpenInputOptions salvage;
    salvage.salvage = true;
    Findings findings;
    const Result<ChosenState> state = ChooseState(folder.path(), salvage, &findings);
    REQUIRE(state.ok());
    CHECK(state->path == folder.FsmPath(7));

    // Without a whole snapshot the error names both.
    folder.Break(7);
    const Choice none = Choose(folder);
    REQUIRE_FALSE(none.status.ok());
    CHECK(none.status.code() == "NoSnapshot");
    CHECK(none.status.info().found.find(table) != std::string::npos);
    CHECK(none.status.info().found.find(folder.FsmPath(7)) != std::string::npos);
    CHECK(none.status.info().next.find("--from pebble") != std::string::npos);
  }
}

TEST_CASE("a folder fsm.db without a MANIFEST is damaged, not absent") {
  RaftFolder folder;
  folder.AddFsm(7);
  fs::create_directories(folder.StorePath());
  const Choice choice = Choose(folder);
  REQUIRE(choice.status.ok());
  CHECK(choice.state.path == folder.FsmPath(7));
  CHECK(choice.finding("pebble_broken") != nullptr);
}

TEST_CASE("an fsm.db that is a link to nowhere is broken, not absent") {
  RaftFolder folder;
  folder.AddFsm(7);
  fs::create_symlink("/nowhere", folder.StorePath());
  const Choice choice = Choose(folder);
  REQUIRE(choice.status.ok());
  CHECK(choice.state.path == folder.FsmPath(7));
  CHECK(choice.Says("pebble_broken", folder.StorePath()));
  CHECK(choice.finding("pebble_broken")->severity == Severity::kWarning);
}

TEST_CASE("the option --from decides without a look at the other") {
  RaftFolder folder;
  folder.AddFsm(7);
  FlipMiddle(AddStore(folder, 9));
  const Choice snapshot = Choose(folder, StateSource::kSnapshot);
  REQUIRE(snapshot.status.ok());
  CHECK(snapshot.state.path == folder.FsmPath(7));
  CHECK(snapshot.findings.by_code().size() == 1);
  folder.Break(7);
  const Choice store = Choose(folder, StateSource::kPebble);
  REQUIRE(store.status.ok());
  CHECK(store.state.pebble);
  CHECK(store.findings.by_code().size() == 1);

  RaftFolder none;
  none.AddFsm(7);
  CHECK(Choose(none, StateSource::kPebble).status.code() == "NoPebbleStore");
}

TEST_CASE("an only fsm.db is read, and what is wrong with it is its own error") {
  RaftFolder folder;
  const std::string table = AddStore(folder, 9);
  CHECK(Choose(folder).state.pebble);
  CHECK(LiveRows(OpenPath(folder.path())).at("index") == "store");
  fs::remove(table);
  CHECK(OpenPath(folder.path()).status.code() == "TableMissing");
  CHECK(Choose(folder, StateSource::kSnapshot).status.code() == "NoSnapshot");
}

TEST_CASE("an fsm.db that a process holds is not passed over") {
  RaftFolder folder;
  folder.AddFsm(7);
  AddStore(folder, 9);
  WriteWholeFile(folder.StorePath() + "/LOCK", "");
  const pid_t holder = ::fork();
  if (holder == 0) {
    const int fd = ::open((folder.StorePath() + "/LOCK").c_str(), O_RDWR);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    ::fcntl(fd, F_SETLK, &lock);
    WriteWholeFile(folder.path() + "/held", "");
    ::pause();
    ::_exit(0);
  }
  while (!fs::exists(folder.path() + "/held")) ::usleep(1000);
  const Choice choice = Choose(folder);
  const Choice snapshot = Choose(folder, StateSource::kSnapshot);
  OpenInputOptions options;
  options.choice.force_locked = true;
  Findings findings;
  const Result<ChosenState> forced = ChooseState(folder.path(), options, &findings);
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  REQUIRE_FALSE(choice.status.ok());
  CHECK(choice.status.code() == "PebbleLocked");
  CHECK(choice.status.info().next.find("--from snapshot") != std::string::npos);
  CHECK(choice.status.info().next.find("--force-locked") != std::string::npos);
  CHECK(snapshot.status.ok());
  REQUIRE(forced.ok());
  CHECK(forced->pebble);
}

TEST_CASE("leftovers are named and never taken") {
  RaftFolder folder;
  folder.AddFsm(7);
  for (const char* const name :
       {"fsm.db-restore-backup-1", "fsm.db.restore-tmp", "fsm.db-sst-ingest-2", "n1.restore-prep",
        "fsm.db-pebble-native-3", "fsm.db.old", "fsm.db.restoring"})
    fs::create_directories(folder.root() + "/" + name);
  for (const char* const name :
       {"fsm-snap/copy.fsm", "fsm-snap/0000000000000008.fsm.bak", "0000000000000009.fsm"})
    WriteWholeFile(folder.root() + "/" + name, "x");
  const Choice choice = Choose(folder);
  REQUIRE(choice.status.ok());
  CHECK(choice.state.path == folder.FsmPath(7));
  const Finding* left = choice.finding("leftovers");
  REQUIRE(left != nullptr);
  CHECK(left->severity == Severity::kNote);
  CHECK(left->count == 10);
}

}  // namespace
}  // namespace snaptree
