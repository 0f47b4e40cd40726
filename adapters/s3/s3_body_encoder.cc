#include "adapters/s3/s3_body_encoder.h"

#include <algorithm>
#include <utility>

#include "adapters/s3/s3_encoder_findings.h"

namespace snaptree::s3 {
namespace {

// Cuts a body into the chunks of its parts.
class ChunkCutter {
 public:
  ChunkCutter(const BodyJob& job, BodyRows& rows, BodyMd5* md5)
      : job_(job), keys_(job), rows_(rows), md5_(md5), part_rest_(job.part_sizes[0]) {}

  Status Add(const SharedBytes& piece) {
    for (size_t at = 0; at < piece->size();) {
      if (chunk_rest_ == 0) SNAPTREE_TRY(BeginChunk());
      const auto n = static_cast<size_t>(std::min<uint64_t>(chunk_rest_, piece->size() - at));
      SNAPTREE_TRY(rows_.Append(Slice(*piece).substr(at, n)));
      if (md5_ != nullptr) md5_->Update(piece, at, n);
      at += n;
      chunk_rest_ -= n;
      part_rest_ -= n;
    }
    return {};
  }

  // Parts that are left are empty.
  void End() {
    while (part_ < job_.part_sizes.size()) EndPart();
  }

 private:
  void EndPart() {
    if (md5_ != nullptr) md5_->EndPart();
    chunk_ = 0;
    ++part_;
    part_rest_ = part_ < job_.part_sizes.size() ? job_.part_sizes[part_] : 0;
  }

  // REQUIRES: there are bytes left, in this part or a later one.
  Status BeginChunk() {
    while (part_rest_ == 0) EndPart();
    chunk_rest_ = std::min(part_rest_, kChunkBytes);
    return rows_.Begin(keys_.Key(part_, chunk_++), chunk_rest_);
  }

  const BodyJob& job_;
  ChunkKeys keys_;
  BodyRows& rows_;
  BodyMd5* const md5_;
  size_t part_ = 0;
  uint64_t chunk_ = 0;
  uint64_t part_rest_;
  uint64_t chunk_rest_ = 0;
};

}  // namespace

Status S3BodyEncoder::WriteChunks(const BodyJob& job, BodyRows& rows, bool hash) {
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeInputFile> file, input_.Open(job.path));
  if (file->size() != job.size() || file->modified_ms() != job.modified_ms) {
    return EnvironmentError("ChangedWhileReading", "the file changed while the tree was read")
        .At(job.path)
        .Next("let no program write into the tree, then run again");
  }
  if (hash && !md5_) md5_.emplace(threaded_);
  ChunkCutter cutter(job, rows, hash ? &*md5_ : nullptr);
  for (;;) {
    SNAPTREE_ASSIGN(const SharedBytes piece, file->Next());
    if (piece->empty()) break;
    SNAPTREE_TRY(cutter.Add(piece));
  }
  cutter.End();
  return {};
}

Status S3BodyEncoder::Write(Slice payload, BodyRows& rows) {
  BodyJob job = BodyJob::FromPayload(payload);
  const bool hash = job.has_head && job.digests.empty();
  SNAPTREE_TRY(WriteChunks(job, rows, hash));
  if (!job.has_head) return {};
  if (!hash) return PutHead(job, rows);
  md5_->EndBody(std::move(job));
  return PutDoneHeads(rows);
}

Status S3BodyEncoder::PutHead(const BodyJob& job, BodyRows& rows) {
  const Head head = MakeHead(job.head, job.part_sizes, job.digests);
  if (head.rewritten) SNAPTREE_TRY(ReportRewritten(&findings_, &differences_, manifest_, job.path));
  return rows.PutLate(HeadKey(job.scope), head.json);
}

Status S3BodyEncoder::PutDoneHeads(BodyRows& rows) {
  for (const BodyJob& job : md5_->TakeDone()) SNAPTREE_TRY(PutHead(job, rows));
  return {};
}

Status S3BodyEncoder::Finish(BodyRows& rows) {
  if (!md5_) return {};
  md5_->Wait();
  return PutDoneHeads(rows);
}

}  // namespace snaptree::s3
