#include "base/external_sorter.h"

#include <rocksdb/env.h>
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <queue>
#include <vector>

#include "base/cancel.h"
#include "base/coding.h"

namespace snaptree {
namespace {

// Blocks of the arena; smaller ones when the ceiling is so low that a large one would fill it.
constexpr size_t kMaxBlockBytes = size_t{1} << 20;
constexpr size_t kMinBlockBytes = size_t{64} << 10;
constexpr uint64_t kCancelCheckMask = 0xffff;

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

rocksdb::Options RunOptions() {
  rocksdb::Options options;
  options.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 64 << 10;
  table.no_block_cache = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

Status FromRocks(const rocksdb::Status& s, const std::string& path) {
  if (s.ok()) return {};
  const bool full = s.IsNoSpace() || s.subcode() == rocksdb::Status::kNoSpace ||
                    s.ToString().find("No space left") != std::string::npos;
  if (full) {
    return EnvironmentError("NoSpace", "no space left for the scratch files of a sort")
        .At(path)
        .Next("free space, give more --memory, or name another --scratch folder");
  }
  return EnvironmentError("Io", "a scratch file of a sort failed: " + s.ToString()).At(path);
}

}  // namespace

struct ExternalSorter::Rep {
  struct Run {
    std::string path;
    uint64_t entries = 0;
    uint64_t read = 0;
    std::unique_ptr<rocksdb::SstFileReader> reader;
    std::unique_ptr<rocksdb::Iterator> it;
  };

  explicit Rep(SorterOptions o)
      : options(std::move(o)),
        block_bytes(std::clamp(options.memory_bytes / 8, kMinBlockBytes, kMaxBlockBytes)),
        sst_options(RunOptions()) {}

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
  Status OpenRuns();
  Status Advance(size_t run);

  SorterOptions options;
  size_t block_bytes;
  rocksdb::Options sst_options;
  std::vector<std::unique_ptr<char[]>> blocks;  // reused from set to set
  std::vector<std::unique_ptr<char[]>> large;
  size_t large_bytes = 0;
  size_t block_index = 0;
  size_t block_used = 0;
  std::vector<Entry> entries;
  bool in_order = true;
  uint64_t added = 0;
  uint64_t scratch_bytes = 0;
  std::vector<Run> runs;
  size_t next_entry = 0;

  struct Head {
    Slice key;
    size_t run;
  };
  struct Later {
    bool operator()(const Head& a, const Head& b) const { return a.key > b.key; }
  };
  std::priority_queue<Head, std::vector<Head>, Later> heads;
  std::optional<size_t> given_from;  // the run whose iterator the caller still looks at
  std::string user_key;
};

Status ExternalSorter::Rep::WriteRun() {
  static std::atomic<uint64_t> next_file{0};
  SNAPTREE_ASSIGN(const std::string folder, options.scratch_folder());
  SortEntries();
  Run run;
  run.path = folder + "/run-" + std::to_string(next_file++) + ".sst";
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), sst_options);
  SNAPTREE_TRY(FromRocks(writer.Open(run.path), run.path));
  runs.push_back(std::move(run));  // from here on Reset() and the destructor remove the file
  Run& opened = runs.back();
  for (const Entry& e : entries) {
    if ((opened.entries & kCancelCheckMask) == 0) SNAPTREE_TRY(CheckCancelled());
    const std::string key = RunKey(KeyOf(e), HeaderOf(e).ordinal);
    const Slice payload = PayloadOf(e);
    SNAPTREE_TRY(
        FromRocks(writer.Put(rocksdb::Slice(key), rocksdb::Slice(payload.data(), payload.size())),
                  opened.path));
    ++opened.entries;
  }
  rocksdb::ExternalSstFileInfo info;
  SNAPTREE_TRY(FromRocks(writer.Finish(&info), opened.path));
  scratch_bytes += info.file_size;
  ForgetEntries();
  return {};
}

Status ExternalSorter::Rep::OpenRuns() {
  rocksdb::ReadOptions read;
  const size_t share = options.memory_bytes / 2 / runs.size();
  read.readahead_size = std::clamp<size_t>(share, 64 << 10, 1 << 20);
  read.fill_cache = false;
  for (size_t i = 0; i < runs.size(); ++i) {
    Run& run = runs[i];
    run.reader = std::make_unique<rocksdb::SstFileReader>(sst_options);
    SNAPTREE_TRY(FromRocks(run.reader->Open(run.path), run.path));
    run.it.reset(run.reader->NewIterator(read));
    run.it->SeekToFirst();
    SNAPTREE_TRY(Advance(i));
  }
  return {};
}

// Puts the run's current pair in line, or checks that the run really ended.
Status ExternalSorter::Rep::Advance(size_t index) {
  Run& run = runs[index];
  if (run.it->Valid()) {
    ++run.read;
    heads.push({Slice(run.it->key().data(), run.it->key().size()), index});
    return {};
  }
  SNAPTREE_TRY(FromRocks(run.it->status(), run.path));
  if (run.read == run.entries) return {};
  return EnvironmentError("Io", "a scratch file of a sort lost entries")
      .At(run.path)
      .Expected(std::to_string(run.entries) + " entries")
      .Found(std::to_string(run.read));
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
  return r.OpenRuns();
}

Result<bool> ExternalSorter::Next(Slice* key, Slice* payload) {
  Rep& r = *rep_;
  if (r.runs.empty()) {
    if (r.next_entry == r.entries.size()) return false;
    const Entry& e = r.entries[r.next_entry++];
    *key = KeyOf(e);
    *payload = PayloadOf(e);
    return true;
  }
  if (r.given_from) {
    r.runs[*r.given_from].it->Next();
    SNAPTREE_TRY(r.Advance(*r.given_from));
  }
  if (r.heads.empty()) {
    r.given_from.reset();
    return false;
  }
  const Rep::Head head = r.heads.top();
  r.heads.pop();
  r.given_from = head.run;
  UserKey(head.key, &r.user_key);
  *key = r.user_key;
  const rocksdb::Slice value = r.runs[head.run].it->value();
  *payload = Slice(value.data(), value.size());
  return true;
}

void ExternalSorter::Reset() {
  Rep& r = *rep_;
  r.heads = {};
  r.given_from.reset();
  for (Rep::Run& run : r.runs) {
    run.it.reset();
    run.reader.reset();
    // Best effort: the scratch folder is removed with everything in it when the run ends.
    rocksdb::Env::Default()->DeleteFile(run.path).PermitUncheckedError();
  }
  r.runs.clear();
  r.ForgetEntries();
  r.next_entry = 0;
  r.added = 0;
  r.scratch_bytes = 0;
}

uint64_t ExternalSorter::size() const { return rep_->added; }
bool ExternalSorter::spilled() const { return !rep_->runs.empty(); }
uint64_t ExternalSorter::scratch_bytes() const { return rep_->scratch_bytes; }

}  // namespace snaptree
