#include "adapters/dynamodb/dynamodb_item_lines.h"

#include <string>

#include "adapters/common/line_batches.h"
#include "adapters/common/line_reader.h"
#include "adapters/dynamodb/dynamodb_tree_entries.h"

namespace snaptree::dynamodb {
namespace {

constexpr Slice kPartPrefix = "data-";
constexpr Slice kPartExtension = ".jsonl";

class LineJobs {
 public:
  LineJobs(const EncodeContext& context, const TablePlan& table, ItemEncoders* encoders)
      : context_(context),
        table_(table),
        encoders_(*encoders),
        batches_(context, [this](const LineBatch& batch, size_t) { return RunBatch(batch); }) {}

  Status File(const std::string& path);

 private:
  Status ReadLines();
  Status RunBatch(const LineBatch& batch);

  const EncodeContext& context_;
  const TablePlan& table_;
  ItemEncoders& encoders_;
  std::string path_;
  LineBatches batches_;
};

Status LineJobs::File(const std::string& path) {
  path_ = path;
  Status read = ReadLines();
  // What was read before an error is judged as well.
  SNAPTREE_TRY(batches_.Run());
  context_.progress.done.fetch_add(1, std::memory_order_relaxed);
  return read;
}

Status LineJobs::ReadLines() {
  SNAPTREE_ASSIGN(std::unique_ptr<TreeInputFile> file, context_.input.Open(path_));
  LineReader lines(std::move(file));
  for (;;) {
    Slice line;
    SNAPTREE_ASSIGN(const bool more, lines.Next(&line));
    if (!more) return {};
    SNAPTREE_TRY(batches_.Add(lines.number(), line));
  }
}

Status LineJobs::RunBatch(const LineBatch& batch) {
  return encoders_.With([&](ItemEncoder& encoder) -> Status {
    bool blanks = false;
    for (size_t i = 0; i < batch.size(); ++i) {
      const Slice line = batch.line(i);
      if (line.find_first_not_of(" \t\r") == Slice::npos) {
        blanks = true;
      } else {
        SNAPTREE_TRY(
            context_.findings.TakeError(encoder.Line(table_, path_, batch.number(i), line)));
      }
    }
    return blanks ? context_.differences.Add(path_) : Status::Ok();
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
