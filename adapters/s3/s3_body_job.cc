#include "adapters/s3/s3_body_job.h"

#include <algorithm>
#include <numeric>

#include "adapters/s3/s3_keys.h"
#include "adapters/s3/s3_payload.h"
#include "base/coding.h"

namespace snaptree::s3 {
namespace {

enum Flag : uint64_t { kHasHead = 1, kRewritten = 2, kMultipart = 4 };

uint64_t FlagIf(bool set, Flag flag) { return set ? uint64_t{flag} : 0; }

}  // namespace

uint64_t BodyJob::size() const {
  return std::accumulate(part_sizes.begin(), part_sizes.end(), uint64_t{0});
}

std::string BodyJob::Payload() const {
  std::string out;
  AppendText(&out, path);
  AppendText(&out, scope);
  AppendText(&out, upload);
  for (const uint64_t v : {first_part, version, modified_ms}) AppendLe64(&out, v);
  AppendLe64(&out, part_sizes.size());
  for (const uint64_t size : part_sizes) AppendLe64(&out, size);
  AppendLe64(&out, digests.size());
  for (const Md5Digest& digest : digests) out.append(AsSlice(digest));
  AppendLe64(&out, FlagIf(has_head, kHasHead) | FlagIf(head.rewritten, kRewritten) |
                       FlagIf(head.multipart, kMultipart));
  AppendLe64(&out, static_cast<uint64_t>(head.rule));
  for (const Slice text : {Slice(head.etag), Slice(head.fields), Slice(head.extra)}) {
    AppendText(&out, text);
  }
  return out;
}

BodyJob BodyJob::FromPayload(Slice payload) {
  PayloadReader reader(payload);
  BodyJob job;
  job.path = reader.Text();
  job.scope = reader.Text();
  job.upload = reader.Text();
  job.first_part = reader.Number();
  job.version = reader.Number();
  job.modified_ms = reader.Number();
  job.part_sizes.resize(reader.Number());
  for (uint64_t& size : job.part_sizes) size = reader.Number();
  job.digests.resize(reader.Number());
  for (Md5Digest& digest : job.digests) {
    const Slice bytes = reader.Bytes(digest.size());
    std::copy(bytes.begin(), bytes.end(), digest.begin());
  }
  const uint64_t flags = reader.Number();
  job.has_head = (flags & kHasHead) != 0;
  job.head.rewritten = (flags & kRewritten) != 0;
  job.head.multipart = (flags & kMultipart) != 0;
  job.head.rule = static_cast<EtagRule>(reader.Number());
  job.head.etag = reader.Text();
  job.head.fields = reader.Text();
  job.head.extra = reader.Text();
  return job;
}

ChunkKeys::ChunkKeys(const BodyJob& job) : job_(job), key_(kBlobPrefix) {
  key_.append(job.scope);
  AppendSegment(&key_, job.upload);
  stem_bytes_ = key_.size();
}

Slice ChunkKeys::Key(size_t part, uint64_t chunk) {
  key_.resize(stem_bytes_);
  AppendBe64(&key_, job_.first_part + part);
  AppendBe64(&key_, chunk);
  if (job_.version != 0) AppendBe64(&key_, job_.version);
  return key_;
}

Slice ChunkKeys::First() {
  size_t part = 0;
  while (job_.part_sizes[part] == 0) ++part;
  return Key(part, 0);
}

std::string HeadKey(Slice scope) { return std::string(kHeadPrefix).append(scope); }

}  // namespace snaptree::s3
