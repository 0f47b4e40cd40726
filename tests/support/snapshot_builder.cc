#include "tests/support/snapshot_builder.h"

#include <sys/mman.h>
#include <zstd.h>

#include <algorithm>
#include <stdexcept>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/text.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {
namespace {

void AppendBe16(std::string* out, uint16_t v) {
  *out += static_cast<char>(v >> 8);
  *out += static_cast<char>(v & 0xff);
}

}  // namespace

std::string Unhex(Slice hex) {
  const std::optional<std::string> bytes = ParseHex(hex);
  if (!bytes) throw std::invalid_argument("not hex: " + std::string(hex));
  return *bytes;
}

std::string RawKey(Slice user_key, uint64_t commit_ts) {
  std::string key(user_key);
  AppendBe64(&key, ~commit_ts);
  return key;
}

std::string StoredValue(Slice body, uint64_t expire_at, uint8_t flags) {
  std::string value(1, static_cast<char>(flags));
  AppendLe64(&value, expire_at);
  return value.append(body);
}

std::string FramedRow(Slice raw_key, Slice stored_value) {
  std::string row;
  AppendLe64(&row, raw_key.size());
  row.append(raw_key);
  AppendLe64(&row, stored_value.size());
  return row.append(stored_value);
}

SnapshotBuilder& SnapshotBuilder::Header1(uint64_t ceiling_ms) {
  header_ = "EKVTHLC1";
  AppendBe64(&header_, ceiling_ms);
  return *this;
}

SnapshotBuilder& SnapshotBuilder::Header2(uint64_t ceiling_ms, uint64_t cutover, uint16_t length) {
  header_ = "EKVTHLC2";
  AppendBe16(&header_, length);
  AppendBe64(&header_, ceiling_ms);
  AppendBe64(&header_, cutover);
  if (length > 16) header_.append(size_t{length} - 16, '\xab');
  return *this;
}

SnapshotBuilder& SnapshotBuilder::Prefix(Slice bytes) {
  header_ = bytes;
  return *this;
}

SnapshotBuilder& SnapshotBuilder::LastCommit(uint64_t ts) {
  last_commit_ = ts;
  return *this;
}

SnapshotBuilder& SnapshotBuilder::Put(Slice key, uint64_t ts, Slice body, uint64_t expire_at,
                                      uint8_t flags) {
  newest_ = std::max(newest_, ts);
  return Raw(RawKey(key, ts), StoredValue(body, expire_at, flags));
}

SnapshotBuilder& SnapshotBuilder::Delete(Slice key, uint64_t ts) { return Put(key, ts, "", 0, 1); }

SnapshotBuilder& SnapshotBuilder::Metadata(Slice name, uint64_t value) {
  std::string bytes;
  AppendLe64(&bytes, value);
  return Raw(name, bytes);
}

SnapshotBuilder& SnapshotBuilder::Raw(Slice raw_key, Slice stored_value) {
  rows_.push_back({std::string(raw_key), std::string(stored_value)});
  return *this;
}

SnapshotBuilder& SnapshotBuilder::KeepOrder() {
  keep_order_ = true;
  return *this;
}

SnapshotBuilder& SnapshotBuilder::Footer(FooterKind kind) {
  footer_ = kind;
  return *this;
}

std::vector<StoredRow> SnapshotBuilder::Rows() const {
  std::vector<StoredRow> rows = rows_;
  if (!keep_order_) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const StoredRow& a, const StoredRow& b) { return a.key < b.key; });
  }
  return rows;
}

std::string SnapshotBuilder::Head() const {
  std::string head = header_ + "EKVPBBL1";
  AppendLe64(&head, last_commit_.value_or(newest_));
  return head;
}

std::vector<size_t> SnapshotBuilder::RowOffsets() const {
  std::vector<size_t> offsets = {Head().size()};
  for (const StoredRow& row : Rows()) {
    offsets.push_back(offsets.back() + 16 + row.key.size() + row.value.size());
  }
  return offsets;
}

std::string SnapshotBuilder::Bytes() const {
  std::string bytes = Head();
  for (const StoredRow& row : Rows()) bytes += FramedRow(row.key, row.value);
  const uint32_t crc = Crc32c(bytes);
  if (footer_ == FooterKind::kRight) AppendBe32(&bytes, crc);
  if (footer_ == FooterKind::kWrong) AppendBe32(&bytes, crc ^ 0x5aa55aa5);
  if (footer_ == FooterKind::kLittleEndian) AppendBe32(&bytes, __builtin_bswap32(crc));
  return bytes;
}

void SnapshotBuilder::Write(const std::string& path) const { WriteWholeFile(path, Bytes()); }

std::string ZstdFrame(Slice content) {
  std::string frame(ZSTD_compressBound(content.size()), '\0');
  const size_t size = ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(), 3);
  if (ZSTD_isError(size) != 0U) throw std::runtime_error(ZSTD_getErrorName(size));
  frame.resize(size);
  return frame;
}

std::string ZstdSkippableFrame(Slice content) {
  std::string frame = Unhex("502a4d18");
  const uint32_t size = __builtin_bswap32(static_cast<uint32_t>(content.size()));
  AppendBe32(&frame, size);
  return frame.append(content);
}

MemoryFile::MemoryFile(Slice bytes) : fd_(::memfd_create("snaptree-test", MFD_CLOEXEC)) {
  if (!fd_.valid()) throw std::runtime_error("memfd_create");
  path_ = "/proc/self/fd/" + std::to_string(fd_.get());
  if (!WriteFully(fd_.get(), bytes, path_).ok()) throw std::runtime_error("write " + path_);
}

}  // namespace snaptree::test
