#include "adapters/common/keymap_file.h"

#include <utility>

#include "adapters/common/line_reader.h"
#include "base/cancel.h"

namespace snaptree {
namespace {

// A key of 1 MiB is 1.33 MiB of base64. Longer lines that still fit the reader are told by the
// parser, and reading goes on behind them.
constexpr uint64_t kLongestLine = uint64_t{4} << 20;

Status ReadLine(Slice line, uint64_t number, const TakeKeymapRecord& take) {
  SNAPTREE_ASSIGN(const KeymapRecord record, ParseKeymapLine(line));
  return take(record, number);
}

}  // namespace

Status ReadKeymapFile(const EncodeContext& context, Slice path, const TakeKeymapRecord& take) {
  SNAPTREE_ASSIGN(const std::optional<EntryKind> kind, context.input.source().Find(path));
  if (!kind || *kind == EntryKind::kFolder) return {};
  Result<std::unique_ptr<TreeInputFile>> file = context.input.Open(path);
  if (!file.ok()) return context.findings.TakeError(std::move(file).status().At(path));
  LineReader lines(*std::move(file), kLongestLine);
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    Slice line;
    const Result<bool> more = lines.Next(&line);
    if (!more.ok()) return context.findings.TakeError(more.status());
    if (!*more) return {};
    Status status = ReadLine(line, lines.number(), take);
    if (!status.ok()) SNAPTREE_TRY(context.findings.TakeError(lines.At(std::move(status))));
  }
}

}  // namespace snaptree
