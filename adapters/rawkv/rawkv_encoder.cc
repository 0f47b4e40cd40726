#include "adapters/rawkv/rawkv_encoder.h"

#include <memory>
#include <span>
#include <string>
#include <utility>

#include "adapters/common/line_reader.h"
#include "adapters/rawkv/row_lines_reader.h"
#include "base/cancel.h"
#include "base/coding.h"
#include "base/text.h"
#include "formats/family_table.h"

namespace snaptree {
namespace {

constexpr Slice kRedisTtlPrefix = "!redis|ttl|";

// Puts the rows of lines as they are.
class LineRows {
 public:
  LineRows(const EncodeContext& context, RowLinesReader& lines)
      : context_(context), lines_(lines), rows_(context.rows.Borrow()), reader_(context.input) {}

  Status Put(const RowLine& line) {
    rows_->From(lines_.path(), line.number);
    if (line.expire_at_hlc != 0 && line.expire_at_hlc <= context_.commit_ts) {
      context_.findings.Warn(
          "row_already_expired",
          "rows that expired before the commit timestamp: a node has them no more", lines_.path());
      SNAPTREE_TRY(lines_.AddDifferences(line));
    }
    ++records_;
    if (line.value_path.empty()) return rows_->Put(line.key, line.value, line.expire_at_hlc);
    if (line.value_bytes > kMaxInlineBytes) {
      return rows_->PutFile(line.key, {}, line.value_path, line.value_bytes, line.expire_at_hlc);
    }
    SNAPTREE_ASSIGN(const Slice value, reader_.ReadSmall(line.value_path, kMaxInlineBytes));
    return rows_->Put(line.key, value, line.expire_at_hlc);
  }

  Status PutTtlRow(const RowLine& line) {
    key_.assign(kRedisTtlPrefix).append(line.key);
    value_.clear();
    AppendBe64(&value_, *line.redis_expire_at_ms);
    return rows_->Put(key_, value_);
  }

  EncodeTotals totals() const { return {records_}; }

 private:
  const EncodeContext& context_;
  RowLinesReader& lines_;
  const std::unique_ptr<RowWriter> rows_;
  TreeReader reader_;
  std::string key_;    // scratch
  std::string value_;  // scratch
  uint64_t records_ = 0;
};

constexpr Slice kUnknownFolder = "unknown";
constexpr Slice kUnknownPath = "unknown/rows.jsonl";
constexpr Slice kUnknownBlobs = "unknown/blobs";

// Counts the rows that stay behind.
Status DropUnknownRows(const EncodeContext& context) {
  SNAPTREE_ASSIGN(const std::optional<EntryKind> kind, context.input.source().Find(kUnknownPath));
  if (!kind) return {};
  Result<std::unique_ptr<TreeInputFile>> file = context.input.Open(kUnknownPath);
  if (!file.ok()) return context.findings.TakeError(std::move(file).status().At(kUnknownPath));
  LineReader lines(*std::move(file));
  for (Slice line;;) {
    SNAPTREE_TRY(CheckCancelled());
    const Result<bool> more = lines.Next(&line);
    if (!more.ok()) return context.findings.TakeError(more.status());
    if (!*more) break;
  }
  if (lines.number() == 0) return {};
  context.findings.Warn("unknown_rows_dropped", "rows of unknown/ that were left out, as asked",
                        kUnknownPath, lines.number());
  SNAPTREE_TRY(context.differences.Add(kUnknownPath));
  SNAPTREE_ASSIGN(const std::optional<EntryKind> blobs, context.input.source().Find(kUnknownBlobs));
  if (blobs != EntryKind::kFolder) return {};
  return context.findings.TakeError(
      context.input.source().List(kUnknownBlobs, [&](std::span<const TreeEntry> entries) -> Status {
        for (const TreeEntry& entry : entries)
          SNAPTREE_TRY(context.differences.Add(std::string(kUnknownBlobs) + "/" + entry.name));
        return {};
      }));
}

}  // namespace

Result<EncodeTotals> EncodeRawkv(const EncodeContext& context, const EncodeRawkvOptions& options) {
  RowLinesReader lines(context, {.folder = "rawkv",
                                 .name = "data.jsonl",
                                 .other_folder = {},
                                 .code = "RawKvEncodeInvalid",
                                 .has_redis_expiry = true});
  LineRows rows(context, lines);
  SNAPTREE_TRY(lines.ForEachLine([&](const RowLine& line) -> Status {
    if (!options.allow_reserved && ClassifyLogicalKey(line.key) != BareFamily()) {
      return DataError("RawKvEncodeInvalid", "the key begins like those of another kind of data")
          .Found("\"" + Printable(line.key) + "\"")
          .Next(
              "such rows belong into the folders of their adapters; encode --allow-reserved puts "
              "them as they stand there");
    }
    SNAPTREE_TRY(rows.Put(line));
    return line.redis_expire_at_ms ? rows.PutTtlRow(line) : Status();
  }));
  return rows.totals();
}

Result<EncodeTotals> EncodeUnknownRows(const EncodeContext& context,
                                       const EncodeUnknownOptions& options) {
  if (options.drop) {
    SNAPTREE_TRY(DropUnknownRows(context));
    return EncodeTotals{};
  }
  RowLinesReader lines(context, {.folder = kUnknownFolder,
                                 .name = "rows.jsonl",
                                 .other_folder = "damaged",
                                 .code = "UnknownEncodeInvalid",
                                 .has_commit_ts = true});
  LineRows rows(context, lines);
  SNAPTREE_TRY(lines.ForEachLine([&](const RowLine& line) -> Status {
    // A decode writes such a row elsewhere.
    if (ClassifyLogicalKey(line.key) == BareFamily()) {
      SNAPTREE_TRY(lines.NoteRespelled(line));
      SNAPTREE_TRY(context.differences.Add("rawkv/data.jsonl"));
    }
    return rows.Put(line);
  }));
  return rows.totals();
}

}  // namespace snaptree
