#include "formats/fsm_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/cancel.h"
#include "base/checksum.h"
#include "base/coding.h"
#include "base/file.h"
#include "base/shared_bytes.h"
#include "base/task_thread.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

constexpr size_t kBlockBytes = size_t{256} << 10;
constexpr size_t kTasksBehind = 8;

// One digest of what goes by, made at once or by a thread.
class Digester {
 public:
  explicit Digester(bool behind)
      : thread_(behind ? std::make_unique<TaskThread>(kTasksBehind) : nullptr) {}

  void Update(const SharedBytes& bytes, size_t from, size_t to) {
    if (from >= to) return;
    if (thread_ == nullptr) {
      hash_.Update(Slice(*bytes).substr(from, to - from));
      return;
    }
    thread_->Post([this, bytes, from, to] { hash_.Update(Slice(*bytes).substr(from, to - from)); });
  }
  Sha256Digest Finish() {
    if (thread_ != nullptr) thread_->Wait();
    return hash_.Finish();
  }

 private:
  Sha256 hash_;
  std::unique_ptr<TaskThread> thread_;  // last: uses hash_
};

}  // namespace

uint64_t HlcCeilingMs(uint64_t commit_ts) { return commit_ts == 0 ? 0 : (commit_ts >> 16) + 1; }

bool HasHlcCeiling(uint64_t commit_ts) { return (commit_ts >> 16) != (uint64_t{1} << 48) - 1; }

struct FsmWriter::Rep {
  Rep(int out_fd, std::string out_path, FsmWriterOptions o)
      : fd(out_fd),
        path(std::move(out_path)),
        options(o),
        payload(o.hash_behind),
        file(o.hash_behind) {
    block = pool.Take();
    block->reserve(kBlockBytes);
  }

  Status Write(Slice bytes) {
    while (!bytes.empty()) {
      const size_t n = std::min(kBlockBytes - block->size(), bytes.size());
      block->append(bytes.substr(0, n));
      bytes.remove_prefix(n);
      if (block->size() == kBlockBytes) SNAPTREE_TRY(Flush());
    }
    return {};
  }

  Status Flush() {
    SNAPTREE_TRY(CheckCancelled());
    const SharedBytes bytes = std::exchange(block, pool.Take());
    block->reserve(kBlockBytes);
    // The header comes whole in the first block, the footer behind the last one.
    const uint64_t header = options.payload_only ? 0 : kFsmHeader1Bytes;
    payload.Update(bytes, flushed < header ? static_cast<size_t>(header - flushed) : 0,
                   bytes->size());
    if (!options.payload_only) file.Update(bytes, 0, bytes->size());
    flushed += bytes->size();
    crc = ExtendCrc32c(crc, *bytes);
    return fd < 0 ? Status::Ok() : WriteFully(fd, *bytes, path);
  }

  const int fd;
  const std::string path;
  const FsmWriterOptions options;
  BytesPool pool;
  std::shared_ptr<std::string> block;
  uint64_t flushed = 0;
  uint64_t rows = 0;
  uint32_t crc = 0;
  Digester payload;
  Digester file;
};

FsmWriter::FsmWriter(int fd, std::string path, FsmWriterOptions options)
    : rep_(std::make_unique<Rep>(fd, std::move(path), options)) {}

FsmWriter::~FsmWriter() = default;

Status FsmWriter::Begin() {
  std::string head;
  if (!rep_->options.payload_only) {
    head.append(kFsmMagic1);
    AppendBe64(&head, HlcCeilingMs(rep_->options.commit_ts));
  }
  head.append(kRowStreamMagic);
  AppendLe64(&head, rep_->options.commit_ts);
  return rep_->Write(head);
}

Status FsmWriter::BeginRow(Slice user_key, uint64_t body_bytes, uint64_t expire_at) {
  Rep& r = *rep_;
  ++r.rows;
  char numbers[kLengthBytes];
  const auto le = [&](uint64_t v) {
    std::memcpy(numbers, &v, sizeof v);
    return Slice(numbers, sizeof v);
  };
  SNAPTREE_TRY(r.Write(le(user_key.size() + kTimestampBytes)));
  SNAPTREE_TRY(r.Write(user_key));
  SNAPTREE_TRY(r.Write(le(__builtin_bswap64(~r.options.commit_ts))));
  SNAPTREE_TRY(r.Write(le(body_bytes + kValueHeaderBytes)));
  SNAPTREE_TRY(r.Write(Slice("\0", 1)));
  return r.Write(le(expire_at));
}

Status FsmWriter::Append(Slice bytes) { return rep_->Write(bytes); }

Result<WrittenFsm> FsmWriter::Finish() {
  Rep& r = *rep_;
  SNAPTREE_TRY(r.Flush());
  WrittenFsm written;
  written.rows = r.rows;
  written.crc32c = r.crc;
  written.payload_sha256 = r.payload.Finish();
  written.bytes = r.flushed;
  if (r.options.payload_only) {
    written.file_sha256 = written.payload_sha256;
    return written;
  }
  std::string footer;
  AppendBe32(&footer, r.crc);
  if (r.fd >= 0) SNAPTREE_TRY(WriteFully(r.fd, footer, r.path));
  written.bytes += footer.size();
  r.file.Update(std::make_shared<const std::string>(footer), 0, footer.size());
  written.file_sha256 = r.file.Finish();
  return written;
}

uint64_t FsmWriter::bytes() const { return rep_->flushed + rep_->block->size(); }

}  // namespace snaptree
