#include "formats/raft_directory.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "formats/directory_kind.h"
#include "formats/pebble/pebble_directory.h"
#include "formats/snapshot_look.h"

namespace snaptree {
namespace {

std::string IndexText(const std::optional<uint64_t>& index) {
  return index ? std::to_string(*index) : "unknown";
}

// One of several things that are wrong, in one error: without its code.
std::string BrokenText(const Status& problem) {
  return problem.info().source + " (" + problem.info().what + ")";
}

class StateChooser {
 public:
  StateChooser(const std::string& group, const OpenInputOptions& options, Findings* findings)
      : options_(options), findings_(*findings), list_(ListStates(group)) {}

  Result<ChosenState> Choose();

 private:
  Status ReadStore();
  Status FindWholeSnapshot();
  bool StoreIsNewer(const ListedSnapshot& snapshot) const;
  std::string AppliedText(const PebbleState& store) const;
  void TellOfBrokenStore();
  Result<ChosenState> Store();
  Result<ChosenState> Snapshot();
  Status NothingWhole() const;
  std::string Next() const;

  const OpenInputOptions& options_;
  Findings& findings_;
  const StateListing list_;
  std::optional<PebbleState> store_;  // what is known of fsm.db, when it can be read
  Status store_problem_;              // ok: not looked at, or it lacks nothing but its end
  const ListedSnapshot* whole_ = nullptr;
  std::string broken_;  // snapshots, with the reasons
  const ListedSnapshot* first_broken_ = nullptr;
};

// All of it, so that what is damaged is known before it is chosen.
Status StateChooser::ReadStore() {
  if (!IsFolder(list_.pebble)) {
    store_problem_ =
        DataError("NoPebbleStore", "fsm.db is no folder that can be opened").At(list_.pebble);
    return {};
  }
  OpenInputOptions strict = options_;
  strict.salvage = false;
  Result<PebbleState> whole = ReadPebbleState(list_.pebble, strict, true);
  if (whole.ok()) {
    store_ = *std::move(whole);
    if (!store_->only_end_missing) store_problem_ = store_->missing;
    return {};
  }
  Status problem = whole.status();
  if (problem.code() == "PebbleLocked") {
    return std::move(problem).Next(
        "stop the node; --from snapshot takes an older state, --force-locked reads fsm.db when it "
        "is a copy that nobody writes");
  }
  if (problem.kind() != ErrorKind::kData) return problem;
  store_problem_ = std::move(problem);
  return {};
}

// fsm.db of a node from before the applied index was stored tells its last commit.
bool StateChooser::StoreIsNewer(const ListedSnapshot& snapshot) const {
  if (!store_) return false;
  if (store_->applied_index && snapshot.index && snapshot.kind != SnapshotKind::kFirstEngine)
    return *store_->applied_index >= *snapshot.index;
  return store_->last_commit_ts.value_or(0) >= PeekSnapshot(snapshot).last_commit_ts;
}

// Stops where fsm.db, which is whole, is as new.
Status StateChooser::FindWholeSnapshot() {
  const bool store_counts = store_ && store_problem_.ok();
  for (const ListedSnapshot& snapshot : list_.snapshots) {
    if (snapshot.kind == SnapshotKind::kUnfinished) break;
    if (store_counts && StoreIsNewer(snapshot)) return {};
    SnapshotLook look = CheckSnapshot(snapshot, options_.progress);
    if (look.problem.ok()) {
      whole_ = &snapshot;
      return {};
    }
    if (look.problem.kind() != ErrorKind::kData) return look.problem;
    findings_.Warn("snapshot_broken", "a newer snapshot is broken; an older state is used",
                   look.problem.Message());
    broken_ += (broken_.empty() ? "" : "; ") + BrokenText(look.problem);
    if (first_broken_ == nullptr) first_broken_ = &snapshot;
  }
  return {};
}

std::string StateChooser::AppliedText(const PebbleState& store) const {
  return "; it has applied index " + IndexText(store.applied_index) + ", the snapshot is of " +
         IndexText(whole_->index);
}

void StateChooser::TellOfBrokenStore() {
  if (store_) {
    findings_.Warn("pebble_broken",
                   "fsm.db is incomplete: a snapshot is used, and what was written after it is "
                   "missing; --from pebble reads what is there of fsm.db",
                   store_->missing.Message() + AppliedText(*store_));
    return;
  }
  std::string lost = store_problem_.Message();
  // As far as it can be read; only for the message.
  OpenInputOptions salvage = options_;
  salvage.salvage = true;
  const Result<PebbleState> part = ReadPebbleState(list_.pebble, salvage, false);
  if (part.ok()) lost += AppliedText(*part);
  findings_.Warn("pebble_broken",
                 "fsm.db is damaged: a snapshot is used, and what was written after it is missing; "
                 "--from pebble --salvage reads what is whole of fsm.db",
                 lost);
}

Result<ChosenState> StateChooser::Store() {
  ChosenState chosen;
  chosen.path = list_.pebble;
  chosen.pebble = true;
  std::string which = list_.pebble;
  if (store_) {
    chosen.index = store_->applied_index;
    which += " with applied index " + IndexText(store_->applied_index);
  }
  findings_.Note("state_chosen", "the state of the raft data directory that is read", which);
  return chosen;
}

Result<ChosenState> StateChooser::Snapshot() {
  ChosenState chosen{whole_->path, false, whole_->kind, whole_->index, whole_->term};
  std::string which = "snapshot index " + IndexText(whole_->index) + " of " + whole_->path;
  if (store_ && store_problem_.ok())
    which += "; fsm.db is older: applied index " + IndexText(store_->applied_index);
  findings_.Note("state_chosen", "the state of the raft data directory that is read", which);
  return chosen;
}

// What can still be tried.
std::string StateChooser::Next() const {
  if (!store_problem_.ok() && options_.choice.from == StateSource::kNewest) {
    return "snaptree inspect --salvage --from pebble " + ShellWord(list_.directory);
  }
  if (first_broken_ != nullptr)
    return "snaptree inspect --salvage " + ShellWord(first_broken_->path);
  if (!list_.pebble.empty()) return "the data stands in fsm.db: leave --from snapshot out";
  return "name the raft data directory of one node (the one with fsm-snap/ or fsm.db/)";
}

Status StateChooser::NothingWhole() const {
  const bool inside =
      std::any_of(list_.snapshots.begin(), list_.snapshots.end(),
                  [](const auto& s) { return s.kind == SnapshotKind::kInSnapFile; });
  const bool several = broken_.find("; ") != std::string::npos;
  std::string what = "no whole snapshot in the directory";
  if (!store_problem_.ok()) {
    what = broken_.empty() ? "fsm.db is damaged, and there is no snapshot"
                           : "neither fsm.db nor a snapshot in the directory is whole";
  } else if (!broken_.empty()) {
    what = several ? "all snapshots in the directory are broken"
                   : "the only snapshot in the directory is broken";
  }
  std::string found = broken_;
  if (!store_problem_.ok())
    found = BrokenText(store_problem_) + (found.empty() ? "" : "; " + found);
  Status none = DataError("NoSnapshot", std::move(what)).At(list_.directory).Next(Next());
  if (found.empty()) {
    return std::move(none)
        .Expected("fsm-snap/<16 hex digits>.fsm with a footer that holds, or fsm.db")
        .Found(inside ? "payloads in .snap files" : "none");
  }
  return std::move(none).Found(std::move(found));
}

Result<ChosenState> StateChooser::Choose() {
  findings_.Merge(list_.findings);
  for (const std::string& path : list_.leftovers) {
    findings_.Note("leftovers", "left by interrupted work or kept by a restore: not looked at",
                   path);
  }
  const StateSource from = options_.choice.from;
  if (from == StateSource::kPebble && list_.pebble.empty()) {
    return DataError("NoPebbleStore", "the directory holds no fsm.db")
        .At(list_.directory)
        .Next("without --from pebble the newest snapshot is read");
  }
  const bool snapshots =
      std::any_of(list_.snapshots.begin(), list_.snapshots.end(),
                  [](const auto& s) { return s.kind != SnapshotKind::kUnfinished; });
  // Where there is nothing to choose, what is wrong with fsm.db is best told by reading it.
  if (from == StateSource::kPebble ||
      (from == StateSource::kNewest && !snapshots && !list_.pebble.empty()))
    return Store();
  if (from == StateSource::kNewest && !list_.pebble.empty()) SNAPTREE_TRY(ReadStore());
  SNAPTREE_TRY(FindWholeSnapshot());
  if (whole_ != nullptr) {
    // What is missing of its end may have been newer than the snapshot.
    if (!store_problem_.ok() || (store_ && !store_->missing.ok())) TellOfBrokenStore();
    return Snapshot();
  }
  // What it lacks is told when it is opened.
  if (store_) return Store();
  return NothingWhole();
}

}  // namespace

Result<ChosenState> ChooseState(const std::string& directory, const OpenInputOptions& options,
                                Findings* findings) {
  SNAPTREE_ASSIGN(const std::string group, OnlyGroupFolder(directory));
  return StateChooser(group, options, findings).Choose();
}

}  // namespace snaptree
