#include "adapters/fs/fs_content.h"

#include <algorithm>

#include "adapters/fs/fs_paths.h"
#include "adapters/fs/fs_rows.h"
#include "base/coding.h"

namespace snaptree::fs {
namespace {

constexpr double kJobShare = 0.05;
constexpr size_t kOwnerBytes = 16;
// What the most common file system (ext4) takes; a tree must not depend on where it is written more
// than it has to, and nobody waits for the digest of more.
constexpr uint64_t kMaxFileBytes = uint64_t{1} << 44;

// The first `size` bytes of a value.
ValueRef Head(const ValueRef& value, uint64_t size) {
  if (value.resident.size() < size) return {value.resident, size, value.position};
  return {value.resident.substr(0, static_cast<size_t>(size)), size, value.position};
}

}  // namespace

Content::Content(const DecodeContext& context)
    : context_(context),
      family_(FamilyOf(kChunkPrefix)),
      jobs_(context.sorter_options(kJobShare)),
      strays_(context),
      cursor_(context.source, context.scan, family_) {}

Status Content::AddFile(const Inode& file, Slice path) {
  if (file.size <= kMaxFileBytes && context_.sink.CanHold(file.size))
    return AddJob(Kind::kFile, file, path);
  context_.findings.Warn("fs_file_too_large",
                         "files of a size that cannot be written; their chunks are lines in "
                         "fs/_orphans/",
                         std::string(path) + ", " + std::to_string(file.size) + " bytes");
  ++losses_;
  return AddJob(Kind::kChunkLines, file, OrphanPath(file.number, ".chunks.jsonl"));
}

Status Content::AddExcluded(const Inode& file) { return AddJob(Kind::kExcluded, file, Slice()); }

Status Content::AddJob(Kind kind, const Inode& file, Slice path) {
  key_.clear();
  AppendBe64(&key_, file.EffectiveHomeSlot());
  AppendBe64(&key_, file.number);
  payload_.clear();
  payload_.push_back(static_cast<char>(kind));
  AppendBe64(&payload_, file.size);
  AppendBe64(&payload_, file.EffectiveChunkSize());
  payload_.append(path);
  return jobs_.Add(key_, payload_);
}

Content::Job Content::UnpackJob(Slice payload) {
  const char* p = payload.data();
  return {static_cast<Kind>(p[0]), LoadBe64(p + 1), LoadBe64(p + 9), payload.substr(17)};
}

Status Content::NextChunk() {
  for (;;) {
    SNAPTREE_ASSIGN(has_chunk_, cursor_.Next(&row_));
    if (!has_chunk_) return {};
    if (row_.verdict == Verdict::kDamaged) WarnOfDamage();
    if (!row_.IsLive()) continue;
    if (ParseChunkKey(row_.key, &chunk_)) {
      chunk_owner_.assign(row_.key.substr(kChunkPrefix.size(), kOwnerBytes));
      return {};
    }
    SNAPTREE_TRY(context_.ledger.AddDamaged(family_, row_, MalformedKey()));
  }
}

// The row itself is accounted for as damaged; here it is said which file lacks it.
void Content::WarnOfDamage() {
  if (row_.commit_ts > context_.scan.read_ts || !ParseChunkKey(row_.key, &chunk_)) return;
  context_.findings.Warn(
      "fs_damaged_chunk", "damaged pieces of files, which lack them: zeros stand in their place",
      "inode " + std::to_string(chunk_.inode) + ", chunk " + std::to_string(chunk_.index));
}

Status Content::Book(Fate fate) {
  context_.ledger.Add(family_, fate);
  return NextChunk();
}

Status Content::Write() {
  context_.progress.Begin("write files", "files", jobs_.size());
  SortedRecords jobs;
  SNAPTREE_TRY(jobs.Begin(&jobs_));
  SNAPTREE_TRY(NextChunk());
  while (!jobs.at_end()) {
    while (has_chunk_ && Slice(chunk_owner_) < jobs.key()) SNAPTREE_TRY(TakeStray());
    SNAPTREE_TRY(WriteJob(jobs.key(), UnpackJob(jobs.payload())));
    SNAPTREE_TRY(jobs.Next());
    context_.progress.done.fetch_add(1, std::memory_order_relaxed);
  }
  while (has_chunk_) SNAPTREE_TRY(TakeStray());
  SNAPTREE_TRY(strays_.Finish());
  losses_ += strays_.losses();
  return {};
}

// A chunk that is of no file to be written.
Status Content::TakeStray() {
  SNAPTREE_TRY(strays_.Add(row_, chunk_));
  return NextChunk();
}

Status Content::WriteJob(Slice key, const Job& job) {
  if (job.kind == Kind::kFile) return WriteFile(key, job);
  if (job.kind == Kind::kChunkLines) return WriteChunkLines(key, job);
  while (ChunkIsAt(key)) SNAPTREE_TRY(Book(Fate::kExcluded));
  return {};
}

// False for a chunk at or past the end of the file.
bool Content::StartOfChunk(const Job& job, uint64_t* start) const {
  return !__builtin_mul_overflow(chunk_.index, job.chunk_size, start) && *start < job.size;
}

Status Content::WriteFile(Slice key, const Job& job) {
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file,
                  context_.sink.CreateSizedFile(job.path, job.size));
  uint64_t position = 0;
  while (ChunkIsAt(key)) {
    uint64_t start = 0;
    if (!StartOfChunk(job, &start)) {
      SNAPTREE_TRY(Book(Fate::kOperational));
      continue;
    }
    const uint64_t size = std::min({row_.body.size, job.chunk_size, job.size - start});
    if (start > position) SNAPTREE_TRY(file->AppendHole(start - position));
    SNAPTREE_TRY(ForEachPiece(context_.source, Head(row_.body, size), 0,
                              [&](Slice piece) { return file->Append(piece); }));
    position = start + size;
    SNAPTREE_TRY(Book(Fate::kEmitted));
  }
  if (job.size > position) SNAPTREE_TRY(file->AppendHole(job.size - position));
  return file->Close();
}

Status Content::WriteChunkLines(Slice key, const Job& job) {
  JsonFile file(context_.sink, JsonStyle::kCompact, HtmlEscape::kOff);
  bool begun = false;
  while (ChunkIsAt(key)) {
    uint64_t start = 0;
    if (!StartOfChunk(job, &start)) {
      SNAPTREE_TRY(Book(Fate::kOperational));
      continue;
    }
    if (!begun) file.Begin(job.path);
    begun = true;
    SNAPTREE_TRY(WriteChunkLine(context_.source, chunk_, row_.body, false, &file));
    SNAPTREE_TRY(Book(Fate::kEmitted));
  }
  return begun ? file.Finish() : Status::Ok();
}

}  // namespace snaptree::fs
