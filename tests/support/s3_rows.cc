#include "tests/support/s3_rows.h"

#include "base/md5.h"
#include "base/sha256.h"
#include "base/text.h"

namespace snaptree::test {
namespace {

std::string EscapedSegment(Slice text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '\0') out += '\xff';
  }
  return out + std::string("\0\x01", 2);
}

std::string ObjectTail(const S3Place& place) {
  return EscapedSegment(place.bucket) + S3BigEndian(place.generation) +
         EscapedSegment(place.object);
}

std::string UploadTail(const S3Place& place) {
  return ObjectTail(place) + EscapedSegment(place.upload);
}

std::string RawMd5(Slice data) {
  Md5 md5;
  md5.Update(data);
  return std::string(AsSlice(md5.Finish()));
}

std::string PartBody(const S3PartText& part) {
  std::string body;
  for (const std::string& chunk : part.chunks) body += chunk;
  return body;
}

}  // namespace

std::string S3BigEndian(uint64_t v) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(v >> shift & 0xff);
  return out;
}

std::string S3BucketMetaKey(Slice bucket) { return "!s3|bucket|meta|" + EscapedSegment(bucket); }
std::string S3BucketGenKey(Slice bucket) { return "!s3|bucket|gen|" + EscapedSegment(bucket); }
std::string S3HeadKey(const S3Place& place) { return "!s3|obj|head|" + ObjectTail(place); }
std::string S3ChunkKey(Slice family, const S3Place& place, uint64_t part, uint64_t chunk,
                       uint64_t version) {
  return "!s3|" + std::string(family) + "|" + UploadTail(place) + S3BigEndian(part) +
         S3BigEndian(chunk) + (version == 0 ? "" : S3BigEndian(version));
}
std::string S3ChunkBlobKey(Slice data) { return "!s3|chunkblob|" + Sha256::HexOf(data); }
std::string S3UploadMetaKey(const S3Place& place) { return "!s3|upload|meta|" + UploadTail(place); }
std::string S3UploadPartKey(const S3Place& place, uint64_t part) {
  return "!s3|upload|part|" + UploadTail(place) + S3BigEndian(part);
}
std::string S3GcKey(const S3Place& place) { return "!s3|gc|upload|" + UploadTail(place); }

std::string S3BucketMetaJson(Slice bucket, uint64_t generation) {
  return R"({"bucket_name":")" + std::string(bucket) + R"(","generation":)" +
         std::to_string(generation) +
         R"(,"created_at_hlc":111411200000000001,"region":"us-east-1","acl":"private"})";
}

std::string S3ChunkRefValue(Slice data) {
  return "\x01" + std::string(AsSlice(Sha256::Of(data))) + S3BigEndian(data.size()) +
         std::string("\0\2n1", 4);
}

std::string S3HexMd5(Slice data) { return Hex(RawMd5(data)); }

std::string S3PartJson(const S3PartText& part) {
  const std::string body = PartBody(part);
  std::string json = R"({"part_no":)" + std::to_string(part.number) + R"(,"etag":")" +
                     S3HexMd5(body) + R"(","size_bytes":)" + std::to_string(body.size()) +
                     R"(,"chunk_count":)" + std::to_string(part.chunks.size());
  if (!part.chunks.empty()) {
    json += R"(,"chunk_sizes":[)";
    for (size_t i = 0; i < part.chunks.size(); ++i) {
      json += (i > 0 ? "," : "") + std::to_string(part.chunks[i].size());
    }
    json += "]";
  }
  if (part.version != 0) json += R"(,"part_version":)" + std::to_string(part.version);
  if (part.ref_version != 0) json += R"(,"chunk_ref_version":)" + std::to_string(part.ref_version);
  if (part.offloaded) json += R"(,"offloaded":true)";
  return json + "}";
}

std::string S3Body(const std::vector<S3PartText>& parts) {
  std::string body;
  for (const S3PartText& part : parts) body += PartBody(part);
  return body;
}

std::string S3HeadJson(const S3Place& place, const std::vector<S3PartText>& parts) {
  const std::string body = S3Body(parts);
  std::string etag = S3HexMd5(body);
  if (parts.size() > 1 || (parts.size() == 1 && parts[0].number != 1)) {
    std::string digests;
    for (const S3PartText& part : parts) digests += RawMd5(PartBody(part));
    etag = S3HexMd5(digests) + "-" + std::to_string(parts.size());
  }
  std::string json = R"({"upload_id":")" + place.upload + R"(","etag":")" + etag +
                     R"(","size_bytes":)" + std::to_string(body.size()) +
                     R"(,"last_modified_hlc":111411200000000001)";
  for (size_t i = 0; i < parts.size(); ++i) {
    json += (i == 0 ? R"(,"parts":[)" : ",") + S3PartJson(parts[i]);
  }
  return json + (parts.empty() ? "}" : "]}");
}

void PutS3Chunks(SnapshotBuilder* rows, const S3Place& place, const S3PartText& part, uint64_t ts) {
  for (size_t i = 0; i < part.chunks.size(); ++i) {
    if (part.offloaded) {
      rows->Put(S3ChunkKey("chunkref", place, part.number, i, part.ref_version), ts,
                S3ChunkRefValue(part.chunks[i]));
    } else {
      rows->Put(S3ChunkKey("blob", place, part.number, i, part.version), ts, part.chunks[i]);
    }
  }
}

void PutS3Object(SnapshotBuilder* rows, const S3Place& place, const std::vector<S3PartText>& parts,
                 uint64_t ts) {
  rows->Put(S3HeadKey(place), ts, S3HeadJson(place, parts));
  for (const S3PartText& part : parts) PutS3Chunks(rows, place, part, ts);
}

void PutS3Bucket(SnapshotBuilder* rows, Slice bucket, uint64_t generation, uint64_t ts) {
  rows->Put(S3BucketMetaKey(bucket), ts, S3BucketMetaJson(bucket, generation));
  rows->Put(S3BucketGenKey(bucket), ts, S3BigEndian(generation));
}

}  // namespace snaptree::test
