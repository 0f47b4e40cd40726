#include "adapters/s3/s3_decoder.h"

#include "adapters/common/scope_pieces.h"
#include "adapters/s3/s3_bucket_pass.h"
#include "adapters/s3/s3_object_pass.h"
#include "adapters/s3/s3_upload_pass.h"
#include "base/text.h"

namespace snaptree::s3 {
namespace {

// A thread that checks ETags holds 8 MiB of bodies.
constexpr uint64_t kEtagThreadMemory = uint64_t{64} << 20;
constexpr const char* kUnusedChunksFolder = "_internal/s3/chunkblobs/";

// The buckets of one piece.
class Decoder {
 public:
  Decoder(const DecodeContext& context, const S3Options& options, ChunkBlobs* chunk_blobs,
          SpareThreads* spare_threads)
      : shared_(context, options, chunk_blobs, spare_threads),
        buckets_(&shared_),
        objects_(&shared_),
        uploads_(&shared_) {}

  Result<AdapterTotals> Run(Tallies* tallies);

 private:
  Slice NextBucket() const;
  Status RunBucket(Slice segment);

  Shared shared_;
  BucketPass buckets_;
  ObjectPass objects_;
  UploadPass uploads_;
};

Slice Decoder::NextBucket() const {
  Slice next;
  for (const Slice bucket : {buckets_.NextBucket(), objects_.NextBucket(), uploads_.NextBucket()}) {
    if (!bucket.empty() && (next.empty() || bucket < next)) next = bucket;
  }
  return next;
}

Status Decoder::RunBucket(Slice segment) {
  SNAPTREE_ASSIGN(const Bucket bucket, buckets_.Open(segment));
  SNAPTREE_ASSIGN(const uint64_t objects, objects_.Run(bucket, buckets_.names()));
  shared_.totals.records += objects;
  SNAPTREE_TRY(uploads_.Run(bucket));
  return buckets_.Close(bucket);
}

Result<AdapterTotals> Decoder::Run(Tallies* tallies) {
  SNAPTREE_TRY(buckets_.Start());
  SNAPTREE_TRY(objects_.Start());
  SNAPTREE_TRY(uploads_.Start());
  for (Slice segment; !(segment = NextBucket()).empty();) {
    SNAPTREE_TRY(RunBucket(std::string(segment)));
  }
  objects_.ReportEtags();
  shared_.tallies.unreachable = shared_.misfits.unreachable();
  *tallies = std::move(shared_.tallies);
  return std::move(shared_.totals);
}

Status BookChunkBlobs(const DecodeContext& context, const S3Options& options,
                      ChunkBlobs* chunk_blobs, Tallies* tallies) {
  const bool writes = WritesOrphans(context, options) && context.extensions;
  SNAPTREE_ASSIGN(const ChunkBlobs::Unused unused,
                  chunk_blobs->BookAll(writes ? kUnusedChunksFolder : ""));
  tallies->unreachable.Merge(chunk_blobs->unreachable());
  tallies->orphan_chunks.Add("!s3|chunkblob|", unused.bytes, unused.rows);
  tallies->wrote_internal = tallies->wrote_internal || (writes && unused.rows > 0);
  return {};
}

// In bytes too, where rows have bodies.
std::string WithBytes(const char* text, const Tally& tally) {
  return std::string(text) + ", " + HumanBytes(tally.bytes);
}

void ReportTallies(const Tallies& tallies, Findings* findings) {
  const auto note = [&](const char* code, const std::string& text, const Tally& tally) {
    uint64_t rest = tally.counts.count;
    for (const auto& [where, count] : tally.counts.examples) {
      findings->Note(code, text, Printable(where), count);
      rest -= count;
    }
    if (rest > 0) findings->Note(code, text, {}, rest);
  };
  note("s3_stale_generation_objects", "objects of buckets before they were deleted and made again",
       tallies.stale_heads);
  note("s3_orphan_chunks", WithBytes("chunks that no object has any more", tallies.orphan_chunks),
       tallies.orphan_chunks);
  note("s3_open_uploads",
       WithBytes("multipart uploads that were never completed", tallies.open_upload_chunks) +
           " in " + Thousands(tallies.open_upload_parts.counts.count) + " parts",
       tallies.open_uploads);
  note("s3_leftover_parts", "records of parts of completed or aborted uploads",
       tallies.leftover_parts);
  note("s3_deleted_bucket_rows", "rows of deleted buckets", tallies.deleted_bucket_rows);
}

}  // namespace

Result<AdapterTotals> DecodeS3(const DecodeContext& context, const S3Options& options) {
  context.progress.Begin("write s3 objects", "bytes",
                         context.scan.of(FamilyOf(kBlobPrefix)).live_value_bytes);
  std::vector<FamilyId> families;
  for (const Slice prefix : {kBlobPrefix, kBucketGenerationPrefix, kBucketMetaPrefix,
                             kChunkRefPrefix, kHeadPrefix, kUploadMetaPrefix, kUploadPartPrefix}) {
    families.push_back(FamilyOf(prefix));
  }
  SNAPTREE_ASSIGN(const std::vector<ScopePiece> scopes,
                  CutScopes(context, families, BucketSegment));
  ChunkBlobs chunk_blobs(context);
  SpareThreads spare_threads(std::min<uint64_t>(
      options.threads - 1, std::max<uint64_t>(1, context.memory_bytes / kEtagThreadMemory)));
  std::vector<Tallies> parts(scopes.size());
  SNAPTREE_ASSIGN(AdapterTotals totals,
                  RunScopePieces(context, scopes, [&](const DecodeContext& own, size_t piece) {
                    return Decoder(own, options, &chunk_blobs, &spare_threads).Run(&parts[piece]);
                  }));
  Tallies tallies;
  for (const Tallies& part : parts) tallies.Merge(part);
  SNAPTREE_TRY(BookChunkBlobs(context, options, &chunk_blobs, &tallies));
  tallies.unreachable.Report(&context.findings);
  ReportTallies(tallies, &context.findings);
  if (tallies.wrote_internal) totals.extensions.emplace_back("_internal/s3");
  if (tallies.wrote_object_lines)
    totals.extensions.push_back("s3/*/" + std::string(kObjectLinesName));
  if (tallies.wrote_upload_data) totals.extensions.emplace_back("s3/*/_incomplete_uploads/data");
  return totals;
}

}  // namespace snaptree::s3
