#include "base/sorted_runs.h"

#include <rocksdb/env.h>
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "base/cancel.h"

namespace snaptree {
namespace {

constexpr size_t kBlockBytes = size_t{64} << 10;
constexpr size_t kMaxReadAhead = size_t{1} << 20;
constexpr uint64_t kCancelCheckMask = 0xffff;

rocksdb::Options RunOptions() {
  rocksdb::Options options;
  options.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = kBlockBytes;
  table.no_block_cache = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::Slice ToRocks(Slice s) { return {s.data(), s.size()}; }
Slice FromRocks(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

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

void RemoveRun(const SortedRun& run) {
  rocksdb::Env::Default()->DeleteFile(run.path).PermitUncheckedError();
}

struct RunWriter::Rep {
  explicit Rep(std::string path)
      : options(RunOptions()), writer(rocksdb::EnvOptions(), options), run{std::move(path)} {}

  const rocksdb::Options options;
  rocksdb::SstFileWriter writer;
  SortedRun run;
  bool unfinished = false;
};

RunWriter::RunWriter(std::string path) : rep_(std::make_unique<Rep>(std::move(path))) {}

RunWriter::~RunWriter() {
  if (rep_->unfinished) RemoveRun(rep_->run);
}

Status RunWriter::Open() {
  SNAPTREE_TRY(FromRocks(rep_->writer.Open(rep_->run.path), rep_->run.path));
  rep_->unfinished = true;
  return {};
}

Status RunWriter::Add(Slice key, Slice payload) {
  if ((rep_->run.entries & kCancelCheckMask) == 0) SNAPTREE_TRY(CheckCancelled());
  ++rep_->run.entries;
  return FromRocks(rep_->writer.Put(ToRocks(key), ToRocks(payload)), rep_->run.path);
}

Result<SortedRun> RunWriter::Finish() {
  rocksdb::ExternalSstFileInfo info;
  SNAPTREE_TRY(FromRocks(rep_->writer.Finish(&info), rep_->run.path));
  rep_->unfinished = false;
  rep_->run.bytes = info.file_size;
  return rep_->run;
}

struct RunMerge::Rep {
  struct Input {
    SortedRun run;
    uint64_t read = 0;
    std::unique_ptr<rocksdb::SstFileReader> reader;
    std::unique_ptr<rocksdb::Iterator> it;
  };
  struct Head {
    Slice key;
    size_t input;
  };
  struct Later {
    bool operator()(const Head& a, const Head& b) const { return a.key > b.key; }
  };

  Status Queue(size_t index);

  const rocksdb::Options options = RunOptions();
  std::vector<Input> inputs;
  std::priority_queue<Head, std::vector<Head>, Later> heads;
  std::optional<size_t> given_from;  // the input whose iterator the caller still looks at
};

// Puts the input's current pair in line, or checks that the run really ended.
Status RunMerge::Rep::Queue(size_t index) {
  Input& input = inputs[index];
  if (input.it->Valid()) {
    ++input.read;
    heads.push({FromRocks(input.it->key()), index});
    return {};
  }
  SNAPTREE_TRY(FromRocks(input.it->status(), input.run.path));
  if (input.read == input.run.entries) return {};
  return EnvironmentError("Io", "a scratch file of a sort lost entries")
      .At(input.run.path)
      .Expected(std::to_string(input.run.entries) + " entries")
      .Found(std::to_string(input.read))
      .Next("nothing else may write into the scratch folder; run it again");
}

RunMerge::RunMerge() : rep_(std::make_unique<Rep>()) {}
RunMerge::~RunMerge() = default;

Status RunMerge::Open(std::span<const SortedRun> runs, size_t memory_bytes) {
  rocksdb::ReadOptions read;
  const size_t share = memory_bytes / std::max<size_t>(1, runs.size());
  read.readahead_size =
      std::clamp(share - std::min(share, kBlockBytes), kRunBytes - kBlockBytes, kMaxReadAhead);
  read.fill_cache = false;
  for (const SortedRun& run : runs) {
    Rep::Input& input = rep_->inputs.emplace_back();
    input.run = run;
    input.reader = std::make_unique<rocksdb::SstFileReader>(rep_->options);
    SNAPTREE_TRY(FromRocks(input.reader->Open(run.path), run.path));
    input.it.reset(input.reader->NewIterator(read));
    input.it->SeekToFirst();
    SNAPTREE_TRY(rep_->Queue(rep_->inputs.size() - 1));
  }
  return {};
}

Result<bool> RunMerge::Next(Slice* key, Slice* payload) {
  if (rep_->given_from) {
    rep_->inputs[*rep_->given_from].it->Next();
    SNAPTREE_TRY(rep_->Queue(*rep_->given_from));
    rep_->given_from.reset();
  }
  if (rep_->heads.empty()) return false;
  const Rep::Head head = rep_->heads.top();
  rep_->heads.pop();
  rep_->given_from = head.input;
  *key = head.key;
  *payload = FromRocks(rep_->inputs[head.input].it->value());
  return true;
}

}  // namespace snaptree
