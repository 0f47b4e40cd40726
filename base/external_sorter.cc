#include "base/external_sorter.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/coding.h"
#include "base/run_set.h"

namespace snaptree {
namespace {

// Blocks of the arena; smaller ones when the ceiling is so low that a large one would fill it.
constexpr size_t kMaxBlockBytes = size_t{1} << 20;
constexpr size_t kMinBlockBytes = size_t{64} << 10;
constexpr size_t kPrefetchAhead = 8;  // records

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

// The first lines of a record: most records are not longer.
void Prefetch(const char* record) {
  for (size_t line = 0; line < 4; ++line) __builtin_prefetch(record + 64 * line);
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

}  // namespace

struct ExternalSorter::Rep {
  explicit Rep(SorterOptions o)
      : options(std::move(o)),
        block_bytes(std::clamp(options.memory_bytes / 8, kMinBlockBytes, kMaxBlockBytes)),
        runs(options) {}

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

  Status WriteRun();

  const SorterOptions options;
  const size_t block_bytes;
  std::vector<std::unique_ptr<char[]>> blocks;  // reused from set to set
  std::vector<std::unique_ptr<char[]>> large;
  size_t large_bytes = 0;
  size_t block_index = 0;
  size_t block_used = 0;
  std::vector<Entry> entries;
  bool in_order = true;
  uint64_t added = 0;
  size_t next_entry = 0;
  bool spilled = false;  // Next() reads runs
  RunSet runs;
};

Status ExternalSorter::Rep::WriteRun() {
  SNAPTREE_ASSIGN(std::string path, runs.NewPath());
  SortEntries();
  RunWriter writer(std::move(path));
  SNAPTREE_TRY(writer.Open());
  for (const Entry& e : entries) {
    SNAPTREE_TRY(writer.Add({KeyOf(e), HeaderOf(e).ordinal, PayloadOf(e)}));
  }
  SNAPTREE_ASSIGN(SortedRun run, writer.Finish());
  ForgetEntries();
  return runs.Keep(std::move(run));
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
  if (r.runs.empty()) {
    r.SortEntries();
    return {};
  }
  if (!r.entries.empty()) SNAPTREE_TRY(r.WriteRun());
  r.blocks.clear();
  r.entries.shrink_to_fit();
  r.spilled = true;
  return r.runs.Finish();
}

Result<bool> ExternalSorter::Next(Slice* key, Slice* payload) {
  Rep& r = *rep_;
  if (r.spilled) {
    SortRecord record;
    SNAPTREE_ASSIGN(const bool more, r.runs.Next(&record));
    *key = record.key;
    *payload = record.payload;
    return more;
  }
  if (r.next_entry == r.entries.size()) return false;
  // Records stand where they arrived, so the next ones are rarely in a cache.
  if (r.next_entry + kPrefetchAhead < r.entries.size()) {
    Prefetch(r.entries[r.next_entry + kPrefetchAhead].record);
  }
  const Entry& e = r.entries[r.next_entry++];
  *key = KeyOf(e);
  *payload = PayloadOf(e);
  return true;
}

void ExternalSorter::Reset() {
  Rep& r = *rep_;
  r.runs.Clear();
  r.spilled = false;
  r.ForgetEntries();
  r.next_entry = 0;
  r.added = 0;
}

uint64_t ExternalSorter::size() const { return rep_->added; }
bool ExternalSorter::spilled() const { return !rep_->runs.empty(); }
uint64_t ExternalSorter::scratch_bytes() const { return rep_->runs.bytes_written(); }

}  // namespace snaptree
