#include "adapters/s3/s3_decoder.h"

#include "adapters/s3/s3_bucket_pass.h"
#include "adapters/s3/s3_object_pass.h"
#include "adapters/s3/s3_upload_pass.h"
#include "base/text.h"

namespace snaptree::s3 {
namespace {

constexpr const char* kUnusedChunksFolder = "_internal/s3/chunkblobs/";

class Decoder {
 public:
  Decoder(const DecodeContext& context, const S3Options& options)
      : shared_(context, options), buckets_(&shared_), objects_(&shared_), uploads_(&shared_) {}

  Result<AdapterTotals> Run();

 private:
  Slice NextBucket() const;
  Status RunBucket(Slice segment);
  Status BookChunkBlobs();
  void ReportTallies();
  void ListExtensions();

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

Status Decoder::BookChunkBlobs() {
  const bool writes = shared_.WritesOrphans() && shared_.context.extensions;
  SNAPTREE_ASSIGN(const ChunkBlobs::Unused unused,
                  shared_.chunk_blobs.BookAll(writes ? kUnusedChunksFolder : ""));
  shared_.tallies.orphan_chunks.Add("!s3|chunkblob|", unused.bytes, unused.rows);
  shared_.wrote_internal = shared_.wrote_internal || (writes && unused.rows > 0);
  return {};
}

// In bytes too, where rows have bodies.
std::string WithBytes(const char* text, const Tally& tally) {
  return std::string(text) + ", " + HumanBytes(tally.bytes);
}

void Decoder::ReportTallies() {
  Findings& findings = shared_.context.findings;
  const Tallies& tallies = shared_.tallies;
  const auto note = [&](const char* code, const std::string& text, const Tally& tally) {
    uint64_t rest = tally.counts.count;
    for (const auto& [where, count] : tally.counts.examples) {
      findings.Note(code, text, Printable(where), count);
      rest -= count;
    }
    if (rest > 0) findings.Note(code, text, {}, rest);
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

void Decoder::ListExtensions() {
  std::vector<std::string>& list = shared_.totals.extensions;
  if (shared_.wrote_internal) list.emplace_back("_internal/s3");
  if (shared_.wrote_upload_data) list.emplace_back("s3/*/_incomplete_uploads/data");
}

Result<AdapterTotals> Decoder::Run() {
  const DecodeContext& context = shared_.context;
  context.progress.Begin("write s3 objects", "bytes",
                         context.scan.of(FamilyOf(kBlobPrefix)).live_value_bytes);
  SNAPTREE_TRY(buckets_.Start());
  SNAPTREE_TRY(objects_.Start());
  SNAPTREE_TRY(uploads_.Start());
  for (Slice segment; !(segment = NextBucket()).empty();) {
    SNAPTREE_TRY(RunBucket(std::string(segment)));
  }
  objects_.ReportEtags();
  SNAPTREE_TRY(BookChunkBlobs());
  ReportTallies();
  ListExtensions();
  return std::move(shared_.totals);
}

}  // namespace

Result<AdapterTotals> DecodeS3(const DecodeContext& context, const S3Options& options) {
  Decoder decoder(context, options);
  return decoder.Run();
}

}  // namespace snaptree::s3
