#include "bench/snapshot_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include <isa-l/crc.h>

#include "bench/row_encoding.h"

namespace snaptree::bench {
namespace {

static_assert(std::endian::native == std::endian::little, "the stream's lengths are stored as is");

constexpr size_t kBufferSize = size_t{1} << 20;
constexpr uint64_t kClockCeilingLeadMs = 3000;  // a node reserves clock time ahead of its commits
constexpr char kClearValue = 0;
constexpr char kTombstone = 1;

std::string_view AsBytes(const uint64_t& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

}  // namespace

SnapshotWriter::SnapshotWriter(std::string path, uint64_t last_commit_ts)
    : path_(std::move(path)),
      last_commit_ts_(last_commit_ts),
      buffer_(std::make_unique<char[]>(kBufferSize)) {
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) Fail(std::strerror(errno));
  Append("EKVTHLC1");
  Append(Be64((last_commit_ts >> 16) + kClockCeilingLeadMs));
  Append("EKVPBBL1");
  AppendLe64(last_commit_ts);
}

SnapshotWriter::~SnapshotWriter() {
  if (fd_ < 0) return;
  // Devices and pipes are legal outputs (/dev/null, /dev/full), and not ours to remove.
  struct stat status;
  const bool ours = ::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode);
  ::close(fd_);
  if (ours) ::unlink(path_.c_str());
}

void SnapshotWriter::PutVersion(std::string_view user_key, uint64_t commit_ts,
                                std::string_view body) {
  PutMvccRow(user_key, commit_ts, kClearValue, body);
}

void SnapshotWriter::PutTombstone(std::string_view user_key, uint64_t commit_ts) {
  PutMvccRow(user_key, commit_ts, kTombstone, {});
}

void SnapshotWriter::PutStoreMetadata() {
  const std::pair<std::string_view, uint64_t> kRows[] = {
      {"_meta_applied_index", rows_ + 1},
      {"_meta_last_commit_ts", last_commit_ts_},
      {"_meta_min_retained_ts", 1},  // what a store has that was never compacted
  };
  for (const auto& [key, value] : kRows) {
    key_ = key;
    PutRawRow({}, AsBytes(value));
  }
}

void SnapshotWriter::PutMvccRow(std::string_view user_key, uint64_t commit_ts, char flags,
                                std::string_view body) {
  key_.assign(user_key);
  AppendBe64(&key_, ~commit_ts);
  // Flags, then the store-level expiry as a little-endian u64. Live nodes never set that expiry.
  const char header[9] = {flags};
  PutRawRow({header, sizeof header}, body);
}

void SnapshotWriter::PutRawRow(std::string_view value_header, std::string_view body) {
  if (key_ <= previous_key_) {
    Fail("row " + std::to_string(rows_) + " does not sort after the row before it");
    return;
  }
  AppendLe64(key_.size());
  Append(key_);
  AppendLe64(value_header.size() + body.size());
  Append(value_header);
  Append(body);
  std::swap(key_, previous_key_);
  ++rows_;
}

std::string SnapshotWriter::Finish() {
  Flush();
  Append(Be32(~crc_));
  Flush();
  if (error_.empty()) {
    if (::close(std::exchange(fd_, -1)) != 0) Fail(std::strerror(errno));
  }
  return error_;
}

void SnapshotWriter::Append(std::string_view bytes) {
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    const size_t n = std::min(bytes.size(), kBufferSize - used_);
    std::memcpy(buffer_.get() + used_, bytes.data(), n);
    used_ += n;
    bytes.remove_prefix(n);
    if (used_ == kBufferSize) Flush();
  }
}

void SnapshotWriter::AppendLe64(uint64_t value) { Append(AsBytes(value)); }

void SnapshotWriter::Flush() {
  if (error_.empty()) {
    crc_ =
        crc32_iscsi(reinterpret_cast<unsigned char*>(buffer_.get()), static_cast<int>(used_), crc_);
  }
  for (size_t done = 0; error_.empty() && done < used_;) {
    const ssize_t n = ::write(fd_, buffer_.get() + done, used_ - done);
    if (n >= 0) {
      done += static_cast<size_t>(n);
    } else if (errno != EINTR) {
      Fail(std::strerror(errno));
    }
  }
  used_ = 0;
}

void SnapshotWriter::Fail(std::string message) {
  if (error_.empty()) error_ = path_ + ": " + std::move(message);
}

}  // namespace snaptree::bench
