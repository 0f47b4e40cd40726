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
#include "base/coding.h"
#include "base/rocks_errors.h"

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

// A file's value: le64 size of the key, le64 ordinal, key, payload.
constexpr size_t kRecordHeaderBytes = 16;

void Pack(const SortRecord& record, std::string* out) {
  out->clear();
  AppendLe64(out, record.key.size());
  AppendLe64(out, record.ordinal);
  out->append(record.key).append(record.payload);
}

// The bytes are what Pack() made: the file's checksums say so.
SortRecord Unpack(const rocksdb::Slice& bytes) {
  const auto key_size = static_cast<size_t>(LoadLe64(bytes.data()));
  const Slice rest(bytes.data() + kRecordHeaderBytes, bytes.size() - kRecordHeaderBytes);
  return {rest.substr(0, key_size), LoadLe64(bytes.data() + 8), rest.substr(key_size)};
}

bool Before(const SortRecord& a, const SortRecord& b) {
  const int order = a.key.compare(b.key);
  return order != 0 ? order < 0 : a.ordinal < b.ordinal;
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
  std::string number;
  std::string packed;
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

Status RunWriter::Add(const SortRecord& record) {
  Rep& r = *rep_;
  if ((r.run.records & kCancelCheckMask) == 0) SNAPTREE_TRY(CheckCancelled());
  r.number.clear();
  AppendBe64(&r.number, r.run.records++);
  Pack(record, &r.packed);
  r.run.largest_record = std::max(r.run.largest_record, record.size());
  return FromRocks(r.writer.Put(r.number, r.packed), r.run.path);
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
    SortRecord record;
    size_t input;
  };
  struct Later {
    bool operator()(const Head& a, const Head& b) const { return Before(b.record, a.record); }
  };

  Status Queue(size_t index);

  const rocksdb::Options options = RunOptions();
  std::vector<Input> inputs;
  std::priority_queue<Head, std::vector<Head>, Later> heads;
  std::optional<size_t> given_from;  // the input whose iterator the caller still looks at
};

// Puts the input's current record in line, or checks that the run really ended.
Status RunMerge::Rep::Queue(size_t index) {
  Input& input = inputs[index];
  if (input.it->Valid()) {
    ++input.read;
    heads.push({Unpack(input.it->value()), index});
    return {};
  }
  SNAPTREE_TRY(FromRocks(input.it->status(), input.run.path));
  if (input.read == input.run.records) return {};
  return EnvironmentError("Io", "a scratch file of a sort lost records")
      .At(input.run.path)
      .Expected(std::to_string(input.run.records) + " records")
      .Found(std::to_string(input.read))
      .Next("nothing else may write into the scratch folder; run it again");
}

// A block holds one record at least, and so does the buffer behind it that reads ahead.
size_t RunMerge::BytesOf(size_t largest_record) { return 2 * (kBlockBytes + largest_record); }

RunMerge::RunMerge() : rep_(std::make_unique<Rep>()) {}
RunMerge::~RunMerge() = default;

Status RunMerge::Open(std::span<const SortedRun> runs, size_t memory_bytes) {
  rocksdb::ReadOptions read;
  const size_t share = memory_bytes / std::max<size_t>(1, runs.size());
  read.readahead_size =
      std::clamp(share - std::min(share, kBlockBytes), kBlockBytes, kMaxReadAhead);
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

Result<bool> RunMerge::Next(SortRecord* record) {
  if (rep_->given_from) {
    rep_->inputs[*rep_->given_from].it->Next();
    SNAPTREE_TRY(rep_->Queue(*rep_->given_from));
    rep_->given_from.reset();
  }
  if (rep_->heads.empty()) return false;
  *record = rep_->heads.top().record;
  rep_->given_from = rep_->heads.top().input;
  rep_->heads.pop();
  return true;
}

}  // namespace snaptree
