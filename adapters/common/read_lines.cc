#include "adapters/common/read_lines.h"

#include <memory>
#include <utility>

#include "base/cancel.h"

namespace snaptree {

Status ReadLines(const EncodeContext& context, const std::string& path, uint64_t longest_line,
                 const TakeTextLine& take) {
  Result<std::unique_ptr<TreeInputFile>> file = context.input.Open(path);
  if (!file.ok()) return context.findings.TakeError(std::move(file).status().At(path));
  LineReader lines(*std::move(file), longest_line);
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    Slice line;
    const Result<bool> more = lines.Next(&line);
    if (!more.ok()) return context.findings.TakeError(more.status());
    if (!*more) return {};
    SNAPTREE_TRY(take(line, lines));
  }
}

}  // namespace snaptree
