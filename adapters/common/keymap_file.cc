#include "adapters/common/keymap_file.h"

#include <string>

#include "adapters/common/read_lines.h"

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
  const auto take_line = [&](Slice line, const LineReader& lines) {
    return context.findings.TakeError(lines.At(ReadLine(line, lines.number(), take)));
  };
  return ReadLines(context, std::string(path), kLongestLine, take_line);
}

}  // namespace snaptree
