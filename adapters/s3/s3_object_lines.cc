#include "adapters/s3/s3_object_lines.h"

#include <string>

#include "adapters/common/read_lines.h"

namespace snaptree::s3 {
namespace {

class LinesRun {
 public:
  LinesRun(const EncodeContext& context, const TakeObjectLine& take)
      : context_(context), take_(take) {}

  Status Take(Slice text, const LineReader& lines) {
    if (text.find_first_not_of(" \t\r") == Slice::npos)
      return context_.differences.Add(lines.path());
    const Result<ObjectLine> line = ParseObjectLine(text, &json_);
    if (!line.ok()) return context_.findings.TakeError(lines.At(line.status()));
    if (line->key < last_key_) {
      context_.findings.Note("s3_lines_out_of_order",
                             "lines of objects that do not stand in the order of their keys",
                             lines.path() + ": line " + std::to_string(lines.number()));
    }
    last_key_ = line->key;
    return take_(*line, text, lines.number());
  }

 private:
  const EncodeContext& context_;
  const TakeObjectLine& take_;
  StoredJson json_;
  std::string last_key_;
};

}  // namespace

Status ReadObjectLines(const EncodeContext& context, const std::string& path,
                       const TakeObjectLine& take) {
  LinesRun run(context, take);
  return ReadLines(context, path, kMaxObjectLineBytes,
                   [&run](Slice text, const LineReader& lines) { return run.Take(text, lines); });
}

}  // namespace snaptree::s3
