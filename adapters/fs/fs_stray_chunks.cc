#include "adapters/fs/fs_stray_chunks.h"

#include <cstring>
#include <optional>

#include "adapters/fs/fs_links.h"
#include "adapters/fs/fs_paths.h"
#include "adapters/fs/fs_rows.h"
#include "base/coding.h"

namespace snaptree::fs {
namespace {

using Fate = RowLedger::Place;

constexpr double kRunsShare = 0.01;

}  // namespace

Status WriteChunkLine(const RowSource& source, const ChunkKey& chunk, const ValueRef& value,
                      bool with_home_slot, JsonFile* file) {
  JsonWriter& json = file->json();
  json.StartObject();
  if (with_home_slot) json.Member("home_slot", chunk.home_slot);
  json.Member("index", chunk.index);
  json.Key("value");
  SNAPTREE_TRY(file->Value(source, value));
  json.EndObject();
  return file->EndLine();
}

class StrayChunks::KnownInodes {
 public:
  explicit KnownInodes(const DecodeContext& context)
      : readable_(context, Damage::kSkip),
        rows_(context.source, context.scan, FamilyOf(kInodePrefix)) {}

  Result<bool> Has(uint64_t number) {
    while (!readable_end_ && (!found_ || *found_ < number)) SNAPTREE_TRY(NextReadable());
    while (!deleted_end_ && (!deleted_ || *deleted_ < number)) SNAPTREE_TRY(NextDeleted());
    return found_ == number || deleted_ == number;
  }

 private:
  Status NextReadable() {
    Inode inode;
    SNAPTREE_ASSIGN(const bool more, readable_.Next(&inode));
    readable_end_ = !more;
    if (more) found_ = inode.number;
    return {};
  }
  Status NextDeleted() {
    for (ViewRow row;;) {
      SNAPTREE_ASSIGN(const bool more, rows_.Next(&row));
      deleted_end_ = !more;
      if (!more) return {};
      const bool gone = row.verdict == Verdict::kTombstone || row.verdict == Verdict::kExpired;
      uint64_t number = 0;
      if (!gone || !ParseNumberedKey(row.key, kInodePrefix, &number)) continue;
      deleted_ = number;
      return {};
    }
  }

  InodeRows readable_;
  ViewCursor rows_;
  bool readable_end_ = false;
  bool deleted_end_ = false;
  // The last ones that came.
  std::optional<uint64_t> found_;
  std::optional<uint64_t> deleted_;
};

StrayChunks::StrayChunks(const DecodeContext& context)
    : context_(context),
      family_(FamilyOf(kChunkPrefix)),
      runs_(context.sorter_options(kRunsShare)),
      file_(context.sink, JsonStyle::kCompact, HtmlEscape::kOff) {}

Status StrayChunks::Add(const ViewRow& row, const ChunkKey& chunk) {
  if (run_.rows > 0 && run_.inode != chunk.inode) SNAPTREE_TRY(EndRun());
  if (run_.rows == 0) run_ = {chunk.inode, 0, {row.position, row.end}};
  ++run_.rows;
  run_.place.end = row.end;
  return {};
}

Status StrayChunks::EndRun() {
  if (run_.rows == 0) return {};
  std::string key;
  AppendBe64(&key, run_.inode);
  std::string payload(reinterpret_cast<const char*>(&run_), sizeof run_);
  run_.rows = 0;
  return runs_.Add(key, payload);
}

Status StrayChunks::Finish() {
  SNAPTREE_TRY(EndRun());
  if (runs_.size() == 0) return {};
  SortedRecords runs;
  SNAPTREE_TRY(runs.Begin(&runs_));
  KnownInodes inodes(context_);
  while (!runs.at_end()) {
    Run run;
    std::memcpy(&run, runs.payload().data(), sizeof run);
    SNAPTREE_ASSIGN(const bool known, inodes.Has(run.inode));
    if (known) {
      context_.ledger.Add(family_, Fate::kOperational, run.rows);
    } else {
      SNAPTREE_TRY(Keep(run));
    }
    SNAPTREE_TRY(runs.Next());
  }
  return CloseFile();
}

// Runs of one inode follow one another.
Status StrayChunks::Keep(const Run& run) {
  if (!is_open_ || inode_ != run.inode) {
    SNAPTREE_TRY(CloseFile());
    const std::string path = OrphanPath(run.inode, ".chunks.jsonl");
    inode_ = run.inode;
    is_open_ = true;
    is_selected_ = context_.filter.Selects(path);
    if (is_selected_) {
      file_.Begin(path);
      ++losses_;
    }
  }
  if (!is_selected_) {
    context_.ledger.Add(family_, Fate::kExcluded, run.rows);
    return {};
  }
  context_.findings.Warn("fs_chunk_without_inode",
                         "chunks whose inode is damaged, or in a snapshot of another raft group, "
                         "kept as lines in fs/_orphans/",
                         "inode " + std::to_string(run.inode), run.rows);
  context_.ledger.Add(family_, Fate::kEmitted, run.rows);
  return WriteLines(run);
}

Status StrayChunks::WriteLines(const Run& run) {
  const FamilyExtent extent{run.place, /*mixed=*/true};
  ViewCursor cursor(context_.source, context_.scan, {&extent, 1}, family_);
  ViewRow row;
  ChunkKey chunk;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    if (!ParseChunkKey(row.key, &chunk) || chunk.inode != run.inode) continue;
    SNAPTREE_TRY(WriteChunkLine(context_.source, chunk, row.body, true, &file_));
  }
}

Status StrayChunks::CloseFile() {
  const bool close = is_open_ && is_selected_;
  is_open_ = false;
  return close ? file_.Finish() : Status::Ok();
}

}  // namespace snaptree::fs
