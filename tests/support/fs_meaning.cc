// What a filesystem's rows mean: see fs_store.h.
#include <optional>
#include <vector>

#include "base/sha256.h"
#include "base/text.h"
#include "tests/support/fs_store.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

// Of the names that random stores have: spec 02 chapter 5 for exactly these.
std::string Encoded(const std::string& name) {
  if (name.size() > 240 || name.starts_with("b64."))
    return Sha256::HexOf(name).substr(0, 32) + "__" + name.substr(0, 64);
  if (name == "a|b") return "a%7Cb";
  return name == "\xff" ? "%FF" : name;
}
bool IsFallback(const std::string& name) { return Encoded(name).find("__") != std::string::npos; }

class Meaning {
 public:
  Meaning(const FsStore& store, const AddressFilter& filter, bool include_orphans)
      : store_(store), filter_(filter), include_orphans_(include_orphans) {}

  ExpectedFs Find() {
    FindDirectories();
    FindFiles();
    FindNeeded();
    for (const auto& [number, inode] : store_.inodes) Take(number, inode);
    WriteKeymap();
    TakeOtherEntries();
    TakeChunks();
    return std::move(out_);
  }

 private:
  using Place = std::pair<uint64_t, std::string>;  // parent, name

  const FsInode* Live(uint64_t number) const {
    const auto found = store_.inodes.find(number);
    if (found == store_.inodes.end()) return nullptr;
    const bool gone = found->second.orphaned || found->second.nlink == 0;
    const bool is_root = number == 1 && found->second.type == "directory";
    return gone && !is_root ? nullptr : &found->second;
  }
  bool IsLive(uint64_t number, const char* type) const {
    const FsInode* inode = Live(number);
    return inode != nullptr && inode->type == type;
  }
  std::string ChildPath(const Place& place) const {
    const std::string& parent = paths_.at(place.first);
    return (parent.empty() ? "" : parent + "/") + Encoded(place.second);
  }
  static std::string Address(const std::string& path) {
    return path.empty() ? "fs/tree" : "fs/tree/" + path;
  }

  void Settle(uint64_t child, const Place& place) {
    paths_[child] = ChildPath(place);
    places_[child] = place;
    taken_.insert(place);
  }

  // Each directory's first entry decides, as long as that leads somewhere; then other entries, all
  // at once, then first entries again.
  void FindDirectories() {
    const auto root = store_.inodes.find(1);
    if (root != store_.inodes.end() && root->second.type == "file") return;
    paths_[1] = "";
    for (bool again = true; again;) {
      while (FollowFirstEntries()) {
      }
      std::map<uint64_t, Place> others;
      for (const auto& [place, entry] : store_.entries) {
        if (IsLive(entry.first, "directory") && paths_.count(place.first) == 1 &&
            paths_.count(entry.first) == 0)
          others.emplace(entry.first, place);
      }
      for (const auto& [child, place] : others) Settle(child, place);
      again = !others.empty();
    }
  }

  bool FollowFirstEntries() {
    std::set<uint64_t> seen;
    bool any = false;
    for (const auto& [place, entry] : store_.entries) {
      const uint64_t child = entry.first;
      if (!IsLive(child, "directory") || child == place.first || !seen.insert(child).second)
        continue;
      if (paths_.count(child) == 1 || paths_.count(place.first) == 0) continue;
      Settle(child, place);
      any = true;
    }
    return any;
  }

  void FindFiles() {
    for (const auto& [place, entry] : store_.entries) {
      const uint64_t child = entry.first;
      if (IsDirectoryPath(place.first) && IsLive(child, "file") && paths_.count(child) == 0)
        Settle(child, place);
    }
  }
  bool IsDirectoryPath(uint64_t number) const {
    return paths_.count(number) == 1 && !IsLive(number, "file");
  }

  // What a selection needs: directories above its objects, those above second names among them.
  void FindNeeded() {
    for (const auto& [number, path] : paths_) {
      if (filter_.Selects(Address(path))) Need(number);
    }
    for (const auto& [place, entry] : store_.entries) {
      if (IsExtraLink(place, entry.first) && filter_.Selects(Address(ChildPath(place))))
        Need(place.first);
    }
  }
  void Need(uint64_t number) {
    needed_.insert(number);
    if (number != 1) Need(places_.at(number).first);
  }

  void Count(bool emitted, uint64_t rows = 1) { (emitted ? out_.emitted : out_.excluded) += rows; }
  void Home(uint64_t number, bool emitted) {
    if (store_.homes.count(number) == 1) Count(emitted);
  }

  void Take(uint64_t number, const FsInode& inode) {
    const auto path = paths_.find(number);
    if (path != paths_.end()) return TakeLive(number, inode, path->second);
    const bool gone = Live(number) == nullptr;
    ++out_.findings[gone ? "fs_orphaned_inodes" : "fs_unreachable_inode"];
    if (inode.type == "directory" || (gone && !include_orphans_)) return;
    const std::string address = "fs/_orphans/" + std::to_string(number) + ".bin";
    const bool emitted = filter_.Selects(address);
    if (emitted) out_.files[address] = Content(number, inode);
    contents_[number] = emitted;
    Count(emitted);
    Home(number, emitted);
  }

  void TakeLive(uint64_t number, const FsInode& inode, const std::string& path) {
    const bool has_line = needed_.count(number) == 1 || filter_.Selects("fs/inodes.jsonl");
    Count(has_line, number == 1 ? 1 : 2);
    Home(number, has_line);
    if (has_line || filter_.Selects("fs/KEYMAP.jsonl")) names_.insert(places_[number].second);
    const bool directory = inode.type == "directory";
    if (has_line) {
      const auto version = store_.versions.find(number);
      std::optional<uint64_t> shown;
      if (directory && version != store_.versions.end()) shown = version->second;
      out_.files["fs/inodes.jsonl"] += FsInodeLine(inode, path, shown);
    }
    if (directory) {
      if (needed_.count(number) == 1) out_.directories.insert(Address(path));
      return;
    }
    contents_[number] = needed_.count(number) == 1;
    if (contents_[number]) out_.files[Address(path)] = Content(number, inode);
  }

  uint64_t SlotOf(const FsInode& inode) const {
    return inode.home_slot == 0 ? inode.inode : inode.home_slot;
  }
  uint64_t ChunkSizeOf(const FsInode& inode) const {
    return inode.chunk_size == 0 ? 4194304 : inode.chunk_size;
  }

  // Byte by byte.
  std::string Content(uint64_t number, const FsInode& inode) const {
    std::string content;
    for (uint64_t at = 0; at < inode.size; ++at) {
      const uint64_t size = ChunkSizeOf(inode);
      const auto chunk = store_.chunks.find({SlotOf(inode), number, at / size});
      const bool stored = chunk != store_.chunks.end() && at % size < chunk->second.size();
      content += stored ? chunk->second[at % size] : '\0';
    }
    return content;
  }

  void WriteKeymap() {
    const bool links = filter_.Selects("fs/_orphans/extra_links.jsonl");
    for (const auto& [place, entry] : store_.entries) {
      if (links && IsExtraLink(place, entry.first)) names_.insert(place.second);
    }
    for (const std::string& name : names_) {
      if (!IsFallback(name)) continue;
      out_.files["fs/KEYMAP.jsonl"] += "{\"encoded\":\"" + Encoded(name) + "\",\"original\":\"" +
                                       Base64Url(name) + "\",\"kind\":\"sha-fallback\"}\n";
    }
  }

  bool IsExtraLink(const Place& place, uint64_t child) const {
    return IsLive(child, "file") && IsDirectoryPath(place.first) && taken_.count(place) == 0;
  }

  void TakeOtherEntries() {
    std::map<std::pair<uint64_t, Place>, std::string> links;
    for (const auto& [place, entry] : store_.entries) {
      const uint64_t child = entry.first;
      if (Live(child) == nullptr) {
        ++out_.findings["fs_dangling_entry"];
        continue;
      }
      if (Live(child)->type != entry.second) ++out_.findings["fs_entry_type_mismatch"];
      if (taken_.count(place) == 1) continue;
      if (!IsDirectoryPath(place.first)) {
        ++out_.findings["fs_unreachable_entry"];
      } else if (IsExtraLink(place, child)) {
        ++out_.findings["fs_extra_link"];
        const bool emitted = filter_.Selects("fs/_orphans/extra_links.jsonl");
        Count(emitted);
        if (emitted) links[{child, place}] = ChildPath(place);
      } else {
        ++out_.findings["fs_tree_loop"];
      }
    }
    for (const auto& [link, path] : links) {
      out_.files["fs/_orphans/extra_links.jsonl"] +=
          "{\"inode\":" + std::to_string(link.first) + ",\"path\":\"" + path + "\"}\n";
    }
    const auto root = store_.inodes.find(1);
    if (root == store_.inodes.end() || root->second.type == "file")
      ++out_.findings["fs_root_missing"];
  }

  void TakeChunks() {
    for (const auto& [place, value] : store_.chunks) {
      const auto& [slot, number, index] = place;
      const auto inode = store_.inodes.find(number);
      if (inode == store_.inodes.end()) {
        TakeStray(slot, number, index, value);
        continue;
      }
      const auto written = contents_.find(number);
      if (written == contents_.end() || slot != SlotOf(inode->second)) continue;
      const uint64_t size = inode->second.size;
      const bool past = size == 0 || index > (size - 1) / ChunkSizeOf(inode->second);
      if (!written->second) {
        Count(false);
      } else if (!past) {
        Count(true);
      }
    }
  }

  void TakeStray(uint64_t slot, uint64_t number, uint64_t index, const std::string& value) {
    const std::string path = "fs/_orphans/" + std::to_string(number) + ".chunks.jsonl";
    const bool emitted = filter_.Selects(path);
    Count(emitted);
    if (!emitted) return;
    ++out_.findings["fs_chunk_without_inode"];
    out_.files[path] += "{\"home_slot\":" + std::to_string(slot) +
                        ",\"index\":" + std::to_string(index) + ",\"value\":" + Bv(value) + "}\n";
  }

  const FsStore& store_;
  const AddressFilter& filter_;
  const bool include_orphans_;
  std::map<uint64_t, std::string> paths_;
  std::map<uint64_t, Place> places_;
  std::set<Place> taken_;              // entries that decide about a path
  std::set<uint64_t> needed_;          // objects of a selection
  std::map<uint64_t, bool> contents_;  // files: written or left out
  std::set<std::string> names_;
  ExpectedFs out_;
};

}  // namespace

ExpectedFs Expect(const FsStore& store, const AddressFilter& filter, bool include_orphans) {
  return Meaning(store, filter, include_orphans).Find();
}

}  // namespace snaptree::test
