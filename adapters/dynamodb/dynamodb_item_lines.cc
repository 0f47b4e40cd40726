#include "adapters/dynamodb/dynamodb_item_lines.h"

#include <string>
#include <vector>

#include "adapters/common/line_reader.h"
#include "adapters/dynamodb/dynamodb_tree_entries.h"
#include "base/cancel.h"

namespace snaptree::dynamodb {
namespace {

constexpr Slice kPartPrefix = "data-";
constexpr Slice kPartExtension = ".jsonl";

constexpr size_t kLinesOfBatch = 512;
constexpr size_t kTextOfBatch = size_t{256} << 10;
constexpr size_t kBatchesOfThread = 4;
constexpr size_t kKeptBytes = size_t{1} << 20;

// Lines that one thread encodes.
struct Batch {
  std::string text;
  std::vector<size_t> ends;  // of the lines
  uint64_t first_line = 0;

  bool IsFull() const { return ends.size() == kLinesOfBatch || text.size() >= kTextOfBatch; }
  void Begin(uint64_t line) {
    if (text.capacity() > kKeptBytes) std::string().swap(text);
    text.clear();
    ends.clear();
    first_line = line;
  }
};

class LineJobs {
 public:
  LineJobs(const EncodeContext& context, const TablePlan& table, ItemEncoders* encoders)
      : context_(context),
        table_(table),
        encoders_(*encoders),
        batches_(kBatchesOfThread * context.workers.threads()) {}

  Status File(const std::string& path);

 private:
  Status ReadLines(const std::string& path);
  Status Add(const std::string& path, uint64_t number, Slice line);
  Status RunRound(const std::string& path);
  Status RunBatch(const std::string& path, Batch* batch);

  const EncodeContext& context_;
  const TablePlan& table_;
  ItemEncoders& encoders_;
  std::vector<Batch> batches_;
  size_t used_ = 0;   // batches with lines, the last of which is being filled
  size_t bytes_ = 0;  // in them
};

Status LineJobs::File(const std::string& path) {
  Status read = ReadLines(path);
  // What was read before an error is judged as well.
  SNAPTREE_TRY(RunRound(path));
  context_.progress.done.fetch_add(1, std::memory_order_relaxed);
  return read;
}

Status LineJobs::ReadLines(const std::string& path) {
  SNAPTREE_ASSIGN(std::unique_ptr<TreeInputFile> file, context_.input.Open(path));
  LineReader lines(std::move(file));
  for (;;) {
    Slice line;
    SNAPTREE_ASSIGN(const bool more, lines.Next(&line));
    if (!more) return {};
    SNAPTREE_TRY(Add(path, lines.number(), line));
  }
}

Status LineJobs::Add(const std::string& path, uint64_t number, Slice line) {
  if (used_ == 0 || batches_[used_ - 1].IsFull()) {
    // A line of any size makes a round of its own.
    const size_t most = batches_.size() * kTextOfBatch;
    if (used_ == batches_.size() || bytes_ >= most) SNAPTREE_TRY(RunRound(path));
    batches_[used_++].Begin(number);
  }
  Batch& batch = batches_[used_ - 1];
  batch.text.append(line);
  batch.ends.push_back(batch.text.size());
  bytes_ += line.size();
  return {};
}

Status LineJobs::RunRound(const std::string& path) {
  std::vector<WorkerPool::Job> jobs;
  for (size_t i = 0; i < used_; ++i)
    jobs.emplace_back([this, &path, batch = &batches_[i]] { return RunBatch(path, batch); });
  used_ = 0;
  bytes_ = 0;
  return context_.workers.Run(jobs);
}

Status LineJobs::RunBatch(const std::string& path, Batch* batch) {
  SNAPTREE_TRY(CheckCancelled());
  batch->text.append(TreeReader::kPadding, '\0');
  return encoders_.With([&](ItemEncoder& encoder) -> Status {
    size_t begin = 0;
    bool blanks = false;
    uint64_t number = batch->first_line;
    for (const size_t end : batch->ends) {
      const Slice line = Slice(batch->text).substr(begin, end - begin);
      if (line.find_first_not_of(" \t\r") == Slice::npos) {
        blanks = true;
      } else {
        SNAPTREE_TRY(context_.findings.TakeError(encoder.Line(table_, path, number, line)));
      }
      begin = end;
      ++number;
    }
    return blanks ? context_.differences.Add(path) : Status::Ok();
  });
}

bool IsPart(const TreeEntry& entry) {
  return entry.kind == EntryKind::kFile && entry.name.starts_with(kPartPrefix) &&
         entry.name.ends_with(kPartExtension);
}

}  // namespace

Status EncodeItemLines(const EncodeContext& context, const TablePlan& table,
                       ItemEncoders* encoders) {
  LineJobs jobs(context, table, encoders);
  const auto take = [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries) {
      const std::string path = table.items_folder + "/" + entry.name;
      if (entry.kind == EntryKind::kOther) {
        SNAPTREE_TRY(RefuseSpecial(context, path));
      } else if (IsPart(entry)) {
        SNAPTREE_TRY(context.findings.TakeError(jobs.File(path)));
      } else {
        SNAPTREE_TRY(UnexpectedFile(context, path,
                                    "items in the lines of files data-00001.jsonl and so on "
                                    "(MANIFEST.json: dynamodb_layout jsonl)"));
      }
    }
    return {};
  };
  return context.input.source().List(table.items_folder, take);
}

}  // namespace snaptree::dynamodb
