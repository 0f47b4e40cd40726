#include "formats/directory_listing.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "formats/directory_kind.h"
#include "formats/fsm_container.h"
#include "formats/hashicorp_snapshot.h"
#include "formats/snap_file.h"

namespace snaptree {
namespace {

constexpr Slice kSpoolPrefix = "elastickv-etcd-snapshot-";

bool IsSpool(Slice name) { return name.ends_with(".fsm.tmp") || name.starts_with(kSpoolPrefix); }

bool IsFsm(const std::string& name) {
  return name.ends_with(".fsm") && SnapshotIndexOfName(name).has_value();
}

// A copy of a snapshot's file, a packed one, or one in another place.
bool NamesFsm(const std::string& name) {
  return name.find(".fsm") != std::string::npos && !IsSpool(name);
}

// Of a link, the link itself.
bool IsThere(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0;
}

class Lister {
 public:
  explicit Lister(const std::string& group) { list_.directory = group; }

  StateListing List() {
    ReadSnapFiles();
    ListFsmFiles();
    ListFirstEngine();
    ListSpools(list_.directory);
    SortSnapshots();
    TellOfMissing();
    if (IsThere(Inside(kPebbleName))) list_.pebble = Inside(kPebbleName);
    const std::string keys = Inside("encryption/keys.json");
    if (IsThere(keys)) list_.keys_file = keys;
    ListLeftovers();
    return std::move(list_);
  }

 private:
  std::string Inside(const std::string& name) const { return list_.directory + "/" + name; }

  // What the `.snap` files say, by index; of two of one index the later term.
  void ReadSnapFiles() {
    for (const std::string& name : NamesIn(Inside("snap"))) {
      if (!name.ends_with(".snap")) continue;
      const std::string path = Inside("snap/" + name);
      const Result<SnapFile> snap = ReadSnapFile(path);
      if (!snap.ok()) {
        list_.findings.Warn("snap_invalid", "a .snap file cannot be read", snap.status().Message());
        continue;
      }
      snaps_[snap->index] = *snap;
      if (snap->has_token) continue;
      ListedSnapshot inside;
      inside.kind = SnapshotKind::kInSnapFile;
      inside.path = path;
      inside.index = snap->index;
      inside.term = snap->term;
      TakeFileFacts(path, &inside);
      list_.snapshots.push_back(std::move(inside));
    }
  }

  void ListFsmFiles() {
    const std::string folder = Inside("fsm-snap");
    for (const std::string& name : NamesIn(folder)) {
      if (!IsFsm(name)) continue;
      ListedSnapshot file;
      file.path = folder + "/" + name;
      file.index = SnapshotIndexOfName(name);
      TakeFileFacts(file.path, &file);
      if (const auto snap = snaps_.find(*file.index); snap != snaps_.end()) {
        file.term = snap->second.term;
        if (snap->second.has_token) file.token_crc32c = snap->second.token_crc32c;
      }
      list_.snapshots.push_back(std::move(file));
    }
    ListSpools(folder);
  }

  // What was being written or received when the node stopped.
  void ListSpools(const std::string& folder) {
    for (const std::string& name : NamesIn(folder)) {
      if (!IsSpool(name)) continue;
      ListedSnapshot spool;
      spool.kind = SnapshotKind::kUnfinished;
      spool.path = folder + "/" + name;
      TakeFileFacts(spool.path, &spool);
      list_.snapshots.push_back(std::move(spool));
    }
  }

  void ListFirstEngine() {
    if (!IsFolder(Inside("snapshots"))) return;
    for (const HashicorpSnapshot& found : ListHashicorpSnapshots(list_.directory)) {
      ListedSnapshot snapshot;
      snapshot.kind = SnapshotKind::kFirstEngine;
      snapshot.path = found.folder;
      snapshot.index = found.index;
      snapshot.term = found.term;
      TakeFileFacts(found.folder + "/state.bin", &snapshot);
      list_.snapshots.push_back(std::move(snapshot));
    }
    for (const std::string& name : NamesIn(Inside("snapshots"))) {
      ListedSnapshot snapshot;
      snapshot.kind = SnapshotKind::kUnfinished;
      snapshot.path = Inside("snapshots/" + name + "/state.bin");
      if (!name.ends_with(".tmp") || !IsThere(snapshot.path)) continue;
      TakeFileFacts(snapshot.path, &snapshot);
      list_.snapshots.push_back(std::move(snapshot));
    }
  }

  // Finished ones first; of them those of the present engine, each by falling index and term.
  void SortSnapshots() {
    const auto rank = [](const ListedSnapshot& s) {
      return s.kind == SnapshotKind::kUnfinished ? 2 : s.kind == SnapshotKind::kFirstEngine ? 1 : 0;
    };
    const auto before = [&rank](const ListedSnapshot& a, const ListedSnapshot& b) {
      if (rank(a) != rank(b)) return rank(a) < rank(b);
      if (rank(a) == 1) return false;  // these are in order
      if (a.index != b.index) return a.index > b.index;
      return a.path > b.path;
    };
    std::stable_sort(list_.snapshots.begin(), list_.snapshots.end(), before);
  }

  // A token whose snapshot is not there is worth a word when nothing as new is there.
  void TellOfMissing() {
    uint64_t newest = 0;
    for (const ListedSnapshot& s : list_.snapshots) {
      if (s.kind == SnapshotKind::kFsm) newest = std::max(newest, *s.index);
    }
    for (const auto& [index, snap] : snaps_) {
      if (!snap.has_token || index <= newest) continue;
      list_.findings.Warn("snapshot_missing",
                          "a .snap file names a newer snapshot that is not there",
                          "index " + std::to_string(index));
    }
  }

  void ListLeftovers() {
    for (const std::string& name : NamesIn(list_.directory)) {
      const bool store = name.starts_with(kPebbleName) && name != kPebbleName;
      if (store || NamesFsm(name) || name.ends_with(".restore-prep") ||
          name.ends_with(".migrating"))
        list_.leftovers.push_back(Inside(name));
    }
    for (const std::string& name : NamesIn(Inside("fsm-snap"))) {
      if (NamesFsm(name) && !IsFsm(name)) list_.leftovers.push_back(Inside("fsm-snap/" + name));
    }
    for (const char* const suffix : {".restore-prep", ".migrating"}) {
      if (IsThere(list_.directory + suffix)) list_.leftovers.push_back(list_.directory + suffix);
    }
  }

  StateListing list_;
  std::map<uint64_t, SnapFile> snaps_;
};

}  // namespace

void TakeFileFacts(const std::string& file, ListedSnapshot* snapshot) {
  struct stat st {};
  if (::stat(file.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) return;
  snapshot->bytes = static_cast<uint64_t>(st.st_size);
  snapshot->modified_ms = static_cast<uint64_t>(st.st_mtim.tv_sec) * 1000 +
                          static_cast<uint64_t>(st.st_mtim.tv_nsec) / 1'000'000;
}

StateListing ListStates(const std::string& group) { return Lister(group).List(); }

}  // namespace snaptree
