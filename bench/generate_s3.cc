// Rows of the S3 adapter: the objects of one bucket, each a single PUT in chunks of 1 MiB.
#include <algorithm>
#include <memory>

#include "bench/row_encoding.h"
#include "bench/snapshot_kinds.h"

namespace snaptree::bench {
namespace {

constexpr uint64_t kChunkSize = uint64_t{1} << 20;
constexpr std::string_view kBucket = "bench-bucket";
constexpr uint64_t kGeneration = 1;
constexpr uint64_t kPart = 1;

std::string ObjectKey(uint64_t i) {
  const std::string name = "photos/d" + Decimal(i / 1000, 7) + "/img-" + Decimal(i, 10) + ".bin";
  return Segment(kBucket) + Be64(kGeneration) + Segment(name);
}

class Bucket {
 public:
  explicit Bucket(const Workload& w)
      : count_(w.count),
        size_(w.value_size.value_or(kChunkSize)),
        id_seed_(SeedOf(w, kIds)),
        deletions_(Deletions(w)) {}

  // Blobs sort before heads, which need the MD5 of the bodies: 32 bytes an object are kept.
  void EmitBlobs(RowEmitter& out) {
    Md5 md5;
    std::string chunk;
    for (uint64_t i = 0; i < count_; ++i) {
      const std::string upload = "!s3|blob|" + ObjectKey(i) + Segment(UploadId(i)) + Be64(kPart);
      for (uint64_t at = 0; at < size_; at += kChunkSize) {
        out.texts().FillNoise(&chunk, std::min(kChunkSize, size_ - at));
        md5.Update(chunk);
        out.Put(upload + Be64(at / kChunkSize), chunk, deletions_.Hits(i));
      }
      etags_.push_back(md5.HexDigest());
    }
  }

  void EmitHeads(RowEmitter& out) const {
    std::string sizes;
    uint64_t chunks = 0;
    for (uint64_t at = 0; at < size_; at += kChunkSize, ++chunks) {
      sizes.append(chunks > 0 ? "," : "").append(std::to_string(std::min(kChunkSize, size_ - at)));
    }
    for (uint64_t i = 0; i < count_; ++i) {
      const std::string body =
          R"("etag":")" + etags_[i] + R"(","size_bytes":)" + std::to_string(size_);
      std::string head = R"({"upload_id":")" + UploadId(i) + R"(",)" + body +
                         R"(,"last_modified_hlc":)" + std::to_string(kLastCommitTs) +
                         R"(,"content_type":"application/octet-stream")";
      if (chunks > 0) {
        head += R"(,"parts":[{"part_no":)" + std::to_string(kPart) + "," + body +
                R"(,"chunk_count":)" + std::to_string(chunks) + R"(,"chunk_sizes":[)" + sizes +
                "]}]";
      }
      out.Put("!s3|obj|head|" + ObjectKey(i), head + "}", deletions_.Hits(i));
    }
  }

 private:
  std::string UploadId(uint64_t i) const {
    return Hex(Mix(id_seed_ ^ i)) + Hex(Mix(Mix(id_seed_) ^ i));
  }

  uint64_t count_;
  uint64_t size_;
  uint64_t id_seed_;
  Choice deletions_;
  std::vector<std::string> etags_;
};

std::string BucketMeta() {
  return R"({"bucket_name":")" + std::string(kBucket) + R"(","generation":)" +
         std::to_string(kGeneration) + R"(,"created_at_hlc":)" +
         std::to_string((kLastCommitMs - kDayMs) << 16) +
         R"(,"region":"us-east-1","acl":"private"})";
}

}  // namespace

void AddS3(const Workload& w, Ranges* ranges) {
  const auto bucket = std::make_shared<Bucket>(w);
  const std::string counter = "!s3|bucket|gen|" + Segment(kBucket);
  const std::string meta = "!s3|bucket|meta|" + Segment(kBucket);
  ranges->push_back({"!s3|blob|", [=](RowEmitter& out) { bucket->EmitBlobs(out); }});
  ranges->push_back({counter, [=](RowEmitter& out) { out.Put(counter, Be64(kGeneration)); }});
  ranges->push_back({meta, [=](RowEmitter& out) { out.Put(meta, BucketMeta()); }});
  ranges->push_back({"!s3|obj|head|", [=](RowEmitter& out) { bucket->EmitHeads(out); }});
}

}  // namespace snaptree::bench
