#include "adapters/rawkv/row_lines_reader.h"

#include <span>
#include <utility>

#include "adapters/common/read_lines.h"
#include "adapters/common/row_lines.h"
#include "base/cancel.h"

namespace snaptree {
namespace {

constexpr double kBlobNamesShare = 0.1;
// Payloads of blob_names_: a file that is there, a file that a line names.
constexpr Slice kThere = "t";
constexpr Slice kNamed = "n";

}  // namespace

RowLinesReader::RowLinesReader(const EncodeContext& context, const RowLinesForm& form)
    : context_(context),
      form_(form),
      path_(std::string(form.folder) + "/" + std::string(form.name)),
      blobs_(std::string(form.folder) + "/" + std::string(kRowBlobsFolder)),
      blob_names_(context.sorter_options(kBlobNamesShare)),
      parser_(context, form_) {}

Status RowLinesReader::ForEachLine(const TakeLine& take) {
  SNAPTREE_TRY(ListFolder());
  SNAPTREE_TRY(ReadLines(take));
  return TellUnusedBlobs();
}

Status RowLinesReader::ListFolder() {
  return context_.input.source().List(
      form_.folder, [this](std::span<const TreeEntry> entries) -> Status {
        for (const TreeEntry& entry : entries) {
          const bool is_folder = entry.kind == EntryKind::kFolder;
          if (entry.kind == EntryKind::kFile && entry.name == form_.name) continue;
          if (is_folder && !form_.other_folder.empty() && entry.name == form_.other_folder)
            continue;
          if (is_folder && entry.name == kRowBlobsFolder) {
            SNAPTREE_TRY(ListBlobs());
            continue;
          }
          SNAPTREE_TRY(UnexpectedEntry(context_, std::string(form_.folder) + "/" + entry.name,
                                       entry.kind,
                                       std::string(form_.name) + " and the folder blobs"));
        }
        return {};
      });
}

Status RowLinesReader::ListBlobs() {
  return context_.input.source().List(blobs_, [this](std::span<const TreeEntry> entries) -> Status {
    SNAPTREE_TRY(CheckCancelled());
    for (const TreeEntry& entry : entries) {
      if (entry.kind == EntryKind::kFile) {
        SNAPTREE_TRY(blob_names_.Add(entry.name, kThere));
      } else {
        SNAPTREE_TRY(
            UnexpectedEntry(context_, blobs_ + "/" + entry.name, entry.kind, "files of values"));
      }
    }
    return {};
  });
}

Status RowLinesReader::ReadLines(const TakeLine& take) {
  SNAPTREE_ASSIGN(const std::optional<EntryKind> kind, context_.input.source().Find(path_));
  if (!kind) return {};
  const auto take_line = [&](Slice line, const LineReader& lines) -> Status {
    Status status = TakeText(line, lines.number(), take);
    SNAPTREE_TRY(context_.findings.TakeError(lines.At(std::move(status))));
    context_.progress.done.fetch_add(1, std::memory_order_relaxed);
    return {};
  };
  return snaptree::ReadLines(context_, path_, LineReader::kLongestLine, take_line);
}

Status RowLinesReader::TakeText(Slice text, uint64_t number, const TakeLine& take) {
  RowLine line;
  line.number = number;
  Status status = parser_.Parse(text, &line);
  // Also of wrong lines: their files are not unexpected as well.
  if (!line.value_path.empty()) SNAPTREE_TRY(blob_names_.Add(RowBlobName(line.key), kNamed));
  SNAPTREE_TRY(status);
  if (line.unknown_members > 0) {
    context_.findings.Warn("unknown_member",
                           "JSON members that mean nothing to this version were left out", path_,
                           line.unknown_members);
    SNAPTREE_TRY(context_.differences.Add(path_));
  }
  if (line.respelled) SNAPTREE_TRY(NoteRespelled(line));
  return take(line);
}

Status RowLinesReader::NoteRespelled(const RowLine& line) {
  context_.findings.Note("rows_respelled",
                         "rows that will come out in another form or place, with the same meaning",
                         path_);
  return AddDifferences(line);
}

Status RowLinesReader::AddDifferences(const RowLine& line) {
  SNAPTREE_TRY(context_.differences.Add(path_));
  if (line.value_path.empty() && line.value_bytes <= kMaxLineValueBytes) return {};
  return context_.differences.Add(blobs_ + "/" + RowBlobName(line.key));
}

Status RowLinesReader::TellUnusedBlobs() {
  SNAPTREE_TRY(blob_names_.Finish());
  std::string last;
  bool is_there = false;
  bool is_named = true;
  const auto tell = [&]() -> Status {
    if (!is_there || is_named) return {};
    return UnexpectedFile(context_, blobs_ + "/" + last,
                          "files that a line of " + path_ + " names");
  };
  for (;;) {
    Slice name;
    Slice what;
    SNAPTREE_ASSIGN(const bool more, blob_names_.Next(&name, &what));
    if (!more) return tell();
    if (name != last) {
      SNAPTREE_TRY(tell());
      last.assign(name);
      is_there = is_named = false;
    }
    (what == kThere ? is_there : is_named) = true;
  }
}

}  // namespace snaptree
