#include "adapters/dynamodb/dynamodb_item_lines.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "adapters/common/line_batches.h"
#include "adapters/common/line_reader.h"
#include "adapters/common/numbered_line_files.h"
#include "adapters/dynamodb/dynamodb_tree_entries.h"
#include "base/text.h"

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

// "data-*.jsonl" (spec 03 chapter 6): people may cut and name them as they like.
bool IsLineFile(Slice name) {
  return name.starts_with(kPartPrefix) && name.ends_with(kPartExtension) &&
         name.size() >= kPartPrefix.size() + kPartExtension.size();
}

// Of a name that snaptree gives: "data-00001.jsonl" is 1. REQUIRES: IsLineFile(name).
std::optional<uint64_t> NumberOf(Slice name) {
  const Slice digits =
      name.substr(kPartPrefix.size(), name.size() - kPartPrefix.size() - kPartExtension.size());
  const std::optional<uint64_t> number = ParseU64(digits);
  if (!number || NumberedLinePath(kPartPrefix, *number) != name) return std::nullopt;
  return number;
}

// Whether all files of a table are there, as far as their numbers tell. No list of them is kept:
// their names differ, so as many as there are numbers from the least to the greatest are all.
class PartNumbers {
 public:
  void Take(uint64_t number) {
    least_ = std::min(least_, number);
    greatest_ = std::max(greatest_, number);
    ++count_;
  }
  // "DdbPartMissing". The first one may be the first of numbers that begin at 0, as in the files of
  // lines of other adapters.
  Status Check(const TreeSource& source, const std::string& folder) const {
    if (count_ == 0 || (least_ <= kFirst && greatest_ - least_ == count_ - 1)) return {};
    const std::string stem = folder + "/" + std::string(kPartPrefix);
    uint64_t missing = kFirst;
    while (least_ <= kFirst) {
      SNAPTREE_ASSIGN(const std::optional<EntryKind> kind,
                      source.Find(NumberedLinePath(stem, missing)));
      if (!kind) break;
      ++missing;
    }
    return DataError("DdbPartMissing", "a file of lines is missing")
        .At(NumberedLinePath(stem, missing))
        .Expected("it, as " + NumberedLinePath(kPartPrefix, greatest_) + " is there")
        .Next("bring it back, or rename those behind it if its items are to be left out");
  }

 private:
  static constexpr uint64_t kFirst = 1;

  uint64_t count_ = 0;
  uint64_t least_ = std::numeric_limits<uint64_t>::max();
  uint64_t greatest_ = 0;
};

}  // namespace

Status EncodeItemLines(const EncodeContext& context, const TablePlan& table,
                       ItemEncoders* encoders) {
  LineJobs jobs(context, table, encoders);
  PartNumbers numbers;
  const auto take = [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries) {
      const std::string path = table.items_folder + "/" + entry.name;
      if (entry.kind == EntryKind::kOther) {
        SNAPTREE_TRY(RefuseSpecial(context, path));
      } else if (entry.kind == EntryKind::kFile && IsLineFile(entry.name)) {
        if (const auto number = NumberOf(entry.name)) numbers.Take(*number);
        SNAPTREE_TRY(context.findings.TakeError(jobs.File(path)));
      } else {
        SNAPTREE_TRY(UnexpectedFile(context, path,
                                    "items in the lines of files data-00001.jsonl and so on "
                                    "(MANIFEST.json: dynamodb_layout jsonl)"));
      }
    }
    return {};
  };
  SNAPTREE_TRY(context.input.source().List(table.items_folder, take));
  return context.findings.TakeError(numbers.Check(context.input.source(), table.items_folder));
}

}  // namespace snaptree::dynamodb
