#include "adapters/s3/s3_object_lines.h"

#include <memory>
#include <utility>

#include "adapters/common/line_reader.h"
#include "base/cancel.h"

namespace snaptree::s3 {
namespace {

class LinesRun {
 public:
  LinesRun(const EncodeContext& context, LineReader* lines, const TakeObjectLine& take)
      : context_(context), lines_(*lines), take_(take) {}

  Status Take(Slice text) {
    if (text.find_first_not_of(" \t\r") == Slice::npos)
      return context_.differences.Add(lines_.path());
    const Result<ObjectLine> line = ParseObjectLine(text, &json_);
    if (!line.ok()) return context_.findings.TakeError(lines_.At(line.status()));
    if (line->key < last_key_) {
      context_.findings.Note("s3_lines_out_of_order",
                             "lines of objects that do not stand in the order of their keys",
                             lines_.path() + ": line " + std::to_string(lines_.number()));
    }
    last_key_ = line->key;
    return take_(*line, text, lines_.number());
  }

 private:
  const EncodeContext& context_;
  const LineReader& lines_;
  const TakeObjectLine& take_;
  StoredJson json_;
  std::string last_key_;
};

}  // namespace

Status ReadObjectLines(const EncodeContext& context, const std::string& path,
                       const TakeObjectLine& take) {
  Result<std::unique_ptr<TreeInputFile>> file = context.input.Open(path);
  if (!file.ok()) return context.findings.TakeError(std::move(file).status().At(path));
  LineReader lines(*std::move(file), kMaxObjectLineBytes);
  LinesRun run(context, &lines, take);
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    Slice text;
    const Result<bool> more = lines.Next(&text);
    if (!more.ok()) return context.findings.TakeError(more.status());
    if (!*more) return {};
    SNAPTREE_TRY(run.Take(text));
  }
}

}  // namespace snaptree::s3
