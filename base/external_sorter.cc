#include "base/external_sorter.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>
#include <vector>

#include "base/coding.h"
#include "base/sorted_runs.h"

namespace snaptree {
namespace {

// Blocks of the arena; smaller ones when the ceiling is so low that a large one would fill it.
constexpr size_t kMaxBlockBytes = size_t{1} << 20;
constexpr size_t kMinBlockBytes = size_t{64} << 10;
// That many runs are merged into one, so that open files and buffers stay few however much is
// sorted: each merge of merges costs one more writing of its pairs.
constexpr size_t kMinFanIn = 16;
constexpr size_t kMaxFanIn = 64;

// A record in the arena: header, key, payload.
struct RecordHeader {
  uint32_t key_size;
  uint32_t payload_size;
  uint64_t ordinal;  // order of arrival: breaks ties
};

// What is sorted: 16 bytes, most comparisons end in the prefix.
struct Entry {
  uint64_t prefix;  // first 8 bytes of the key, big-endian, zero-padded
  const char* record;
};

RecordHeader HeaderOf(const Entry& e) { return LoadLe<RecordHeader>(e.record); }
Slice KeyOf(const Entry& e) { return {e.record + sizeof(RecordHeader), HeaderOf(e).key_size}; }
Slice PayloadOf(const Entry& e) {
  const RecordHeader h = HeaderOf(e);
  return {e.record + sizeof(RecordHeader) + h.key_size, h.payload_size};
}

uint64_t PrefixOf(Slice key) {
  char bytes[8] = {};
  if (!key.empty()) std::memcpy(bytes, key.data(), std::min<size_t>(8, key.size()));
  return LoadBe64(bytes);
}

bool Less(const Entry& a, const Entry& b) {
  if (a.prefix != b.prefix) return a.prefix < b.prefix;
  const int order = KeyOf(a).compare(KeyOf(b));
  if (order != 0) return order < 0;
  return HeaderOf(a).ordinal < HeaderOf(b).ordinal;
}

// SST keys are unique: key with 00 written as 00 ff, terminator 00 00, then the ordinal. Keeps the
// order of keys.
std::string RunKey(Slice key, uint64_t ordinal) {
  std::string out;
  out.reserve(key.size() + 10);
  for (const char c : key) {
    out += c;
    if (c == '\0') out += '\xff';
  }
  out.append(2, '\0');
  AppendBe64(&out, ordinal);
  return out;
}

void UserKey(Slice run_key, std::string* out) {
  out->clear();
  run_key.remove_suffix(10);
  for (size_t i = 0; i < run_key.size(); ++i) {
    *out += run_key[i];
    if (run_key[i] == '\0') ++i;
  }
}

}  // namespace

struct ExternalSorter::Rep {
  explicit Rep(SorterOptions o)
      : options(std::move(o)),
        block_bytes(std::clamp(options.memory_bytes / 8, kMinBlockBytes, kMaxBlockBytes)),
        fan_in(std::clamp(options.memory_bytes / 2 / RunMerge::kRunBytes, kMinFanIn, kMaxFanIn)) {}

  char* Allocate(size_t n) {
    if (n > block_bytes / 4) {  // a large record gets a block of its own
      large.emplace_back(new char[n]);
      large_bytes += n;
      return large.back().get();
    }
    if (blocks.empty() || block_used + n > block_bytes) {
      if (!blocks.empty()) ++block_index;
      if (block_index == blocks.size()) blocks.emplace_back(new char[block_bytes]);
      block_used = 0;
    }
    char* p = blocks[block_index].get() + block_used;
    block_used += n;
    return p;
  }

  size_t MemoryUsed() const {
    // Growing the entry array holds the old and the new one for an instant.
    const size_t entry_bytes = entries.capacity() * sizeof(Entry);
    const size_t growth = entries.size() == entries.capacity() ? entry_bytes * 2 : 0;
    return (blocks.empty() ? 0 : (block_index + 1) * block_bytes) + large_bytes + entry_bytes +
           growth;
  }

  void SortEntries() {
    if (!in_order) std::sort(entries.begin(), entries.end(), Less);
    in_order = true;
  }

  void ForgetEntries() {
    entries.clear();
    large.clear();
    large_bytes = 0;
    block_index = 0;
    block_used = 0;
    in_order = true;
  }

  Result<std::string> NewRunPath() const;
  Status WriteRun();
  Status KeepRun(SortedRun run, size_t level);
  Status MergeLevel(size_t level);
  Status OpenMerge();

  const SorterOptions options;
  const size_t block_bytes;
  const size_t fan_in;
  std::vector<std::unique_ptr<char[]>> blocks;  // reused from set to set
  std::vector<std::unique_ptr<char[]>> large;
  size_t large_bytes = 0;
  size_t block_index = 0;
  size_t block_used = 0;
  std::vector<Entry> entries;
  bool in_order = true;
  uint64_t added = 0;
  uint64_t scratch_bytes = 0;
  size_t next_entry = 0;
  std::vector<std::vector<SortedRun>> levels;  // runs by the number of merges behind them
  std::unique_ptr<RunMerge> merge;             // of all runs, once finished
  std::string user_key;
};

Result<std::string> ExternalSorter::Rep::NewRunPath() const {
  static std::atomic<uint64_t> next_file{0};
  SNAPTREE_ASSIGN(const std::string folder, options.scratch_folder());
  return folder + "/run-" + std::to_string(next_file++) + ".sst";
}

Status ExternalSorter::Rep::WriteRun() {
  SNAPTREE_ASSIGN(std::string path, NewRunPath());
  SortEntries();
  RunWriter writer(std::move(path));
  SNAPTREE_TRY(writer.Open());
  for (const Entry& e : entries) {
    SNAPTREE_TRY(writer.Add(RunKey(KeyOf(e), HeaderOf(e).ordinal), PayloadOf(e)));
  }
  SNAPTREE_ASSIGN(SortedRun run, writer.Finish());
  ForgetEntries();
  return KeepRun(std::move(run), 0);
}

Status ExternalSorter::Rep::KeepRun(SortedRun run, size_t level) {
  scratch_bytes += run.bytes;
  if (level == levels.size()) levels.emplace_back();
  levels[level].push_back(std::move(run));
  return levels[level].size() < fan_in ? Status::Ok() : MergeLevel(level);
}

// Makes one run of the next level out of all runs of this one. REQUIRES: there are no entries.
Status ExternalSorter::Rep::MergeLevel(size_t level) {
  blocks.clear();  // the merge needs the memory
  SNAPTREE_ASSIGN(std::string path, NewRunPath());
  RunWriter writer(std::move(path));
  SNAPTREE_TRY(writer.Open());
  RunMerge level_merge;
  SNAPTREE_TRY(level_merge.Open(levels[level], options.memory_bytes / 2));
  Slice key;
  Slice payload;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, level_merge.Next(&key, &payload));
    if (!more) break;
    SNAPTREE_TRY(writer.Add(key, payload));
  }
  SNAPTREE_ASSIGN(SortedRun run, writer.Finish());
  for (const SortedRun& merged : levels[level]) RemoveRun(merged);
  levels[level].clear();
  return KeepRun(std::move(run), level + 1);
}

Status ExternalSorter::Rep::OpenMerge() {
  std::vector<SortedRun> all;
  for (const std::vector<SortedRun>& level : levels) {
    all.insert(all.end(), level.begin(), level.end());
  }
  merge = std::make_unique<RunMerge>();
  return merge->Open(all, options.memory_bytes / 2);
}

ExternalSorter::ExternalSorter(SorterOptions options)
    : rep_(std::make_unique<Rep>(std::move(options))) {}

ExternalSorter::~ExternalSorter() { Reset(); }

Status ExternalSorter::Add(Slice key, Slice payload) {
  Rep& r = *rep_;
  const size_t size = sizeof(RecordHeader) + key.size() + payload.size();
  if (!r.entries.empty() && r.MemoryUsed() + size > r.options.memory_bytes)
    SNAPTREE_TRY(r.WriteRun());
  char* p = r.Allocate(size);
  const RecordHeader header{static_cast<uint32_t>(key.size()),
                            static_cast<uint32_t>(payload.size()), r.added++};
  std::memcpy(p, &header, sizeof header);
  // Empty views may have no address, and memcpy wants one.
  if (!key.empty()) std::memcpy(p + sizeof header, key.data(), key.size());
  if (!payload.empty()) std::memcpy(p + sizeof header + key.size(), payload.data(), payload.size());
  const Entry entry{PrefixOf(key), p};
  if (r.in_order && !r.entries.empty() && Less(entry, r.entries.back())) r.in_order = false;
  r.entries.push_back(entry);
  return {};
}

Status ExternalSorter::Finish() {
  Rep& r = *rep_;
  if (r.levels.empty()) {
    r.SortEntries();
    return {};
  }
  if (!r.entries.empty()) SNAPTREE_TRY(r.WriteRun());
  r.blocks.clear();
  r.entries.shrink_to_fit();
  return r.OpenMerge();
}

Result<bool> ExternalSorter::Next(Slice* key, Slice* payload) {
  Rep& r = *rep_;
  if (r.merge == nullptr) {
    if (r.next_entry == r.entries.size()) return false;
    const Entry& e = r.entries[r.next_entry++];
    *key = KeyOf(e);
    *payload = PayloadOf(e);
    return true;
  }
  Slice run_key;
  SNAPTREE_ASSIGN(const bool more, r.merge->Next(&run_key, payload));
  if (!more) return false;
  UserKey(run_key, &r.user_key);
  *key = r.user_key;
  return true;
}

void ExternalSorter::Reset() {
  Rep& r = *rep_;
  r.merge.reset();
  for (const std::vector<SortedRun>& level : r.levels) {
    for (const SortedRun& run : level) RemoveRun(run);
  }
  r.levels.clear();
  r.ForgetEntries();
  r.next_entry = 0;
  r.added = 0;
  r.scratch_bytes = 0;
}

uint64_t ExternalSorter::size() const { return rep_->added; }
bool ExternalSorter::spilled() const { return !rep_->levels.empty(); }
uint64_t ExternalSorter::scratch_bytes() const { return rep_->scratch_bytes; }

}  // namespace snaptree
