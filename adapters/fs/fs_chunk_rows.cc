#include "adapters/fs/fs_chunk_rows.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "adapters/fs/fs_keys.h"
#include "base/coding.h"

namespace snaptree::fs {
namespace {

// A buffer beyond this is given back after the file that needed it.
constexpr size_t kKeptBytes = size_t{16} << 20;

Slice WithoutZerosAtEnd(Slice bytes) {
  size_t n = bytes.size();
  while (n >= sizeof(uint64_t) && LoadLe64(bytes.data() + n - sizeof(uint64_t)) == 0)
    n -= sizeof(uint64_t);
  while (n > 0 && bytes[n - 1] == '\0') --n;
  return bytes.substr(0, n);
}

void ChunkKeyTo(uint64_t home_slot, uint64_t inode, uint64_t index, std::string* key) {
  key->assign(kChunkPrefix);
  AppendBe64(key, home_slot);
  AppendBe64(key, inode);
  AppendBe64(key, index);
}

}  // namespace

Status SmallContent::Put(const InodeNumbers& inode, Slice content) {
  const uint64_t chunk_size = inode.EffectiveChunkSize();
  uint64_t bytes = 0;
  for (uint64_t index = 0; !content.empty(); ++index) {
    const size_t size = std::min<uint64_t>(content.size(), chunk_size);
    const Slice chunk = WithoutZerosAtEnd(content.substr(0, size));
    content.remove_prefix(size);
    if (chunk.empty()) continue;
    ChunkKeyTo(inode.EffectiveHomeSlot(), inode.number, index, &key_);
    SNAPTREE_TRY(rows_.Put(key_, chunk));
    bytes += chunk.size();
  }
  usage_.bytes.fetch_add(bytes, std::memory_order_relaxed);
  return {};
}

void ContentEncoder::FirstKey(const InodeNumbers& inode, std::string* key) {
  ChunkKeyTo(inode.EffectiveHomeSlot(), inode.number, 0, key);
}

void ContentEncoder::Pack(const InodeNumbers& inode, Slice path, std::string* payload) {
  const File file{inode.size, inode.EffectiveChunkSize(), inode.EffectiveHomeSlot(), inode.number};
  payload->assign(reinterpret_cast<const char*>(&file), sizeof file).append(path);
}

Status ContentEncoder::Write(Slice payload, BodyRows& rows) {
  std::memcpy(&file_, payload.data(), sizeof file_);
  const Slice path = payload.substr(sizeof file_);
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeInputFile> file, input_.Open(path));
  if (file->size() != file_.size) {
    return EnvironmentError("ChangedWhileReading", "the file changed while the tree was read")
        .At(path)
        .Expected(std::to_string(file_.size) + " bytes")
        .Found(std::to_string(file->size()))
        .Next("let no program write into the tree, then run again");
  }
  position_ = 0;
  chunk_.clear();
  for (;;) {
    SNAPTREE_ASSIGN(const TreeInputFile::Stretch stretch, file->NextStretch());
    if (stretch.bytes == nullptr) {
      position_ += stretch.hole;
    } else if (stretch.bytes->empty()) {
      break;
    } else {
      SNAPTREE_TRY(Take(*stretch.bytes, rows));
    }
  }
  SNAPTREE_TRY(EndChunk(rows));
  if (chunk_.capacity() > kKeptBytes) std::string().swap(chunk_);
  return {};
}

Status ContentEncoder::Take(Slice bytes, BodyRows& rows) {
  while (!bytes.empty()) {
    const uint64_t index = position_ / file_.chunk_size;
    const uint64_t offset = position_ % file_.chunk_size;
    const size_t size = std::min<uint64_t>(bytes.size(), file_.chunk_size - offset);
    const Slice part = WithoutZerosAtEnd(bytes.substr(0, size));
    if (!part.empty()) {
      if (index != index_) SNAPTREE_TRY(EndChunk(rows));
      index_ = index;
      // Asked for at once: growing would hold it twice.
      chunk_.reserve(std::min(file_.chunk_size, file_.size - (position_ - offset)));
      chunk_.resize(offset, '\0');
      chunk_.append(part);
    }
    bytes.remove_prefix(size);
    position_ += size;
  }
  return {};
}

Status ContentEncoder::EndChunk(BodyRows& rows) {
  if (chunk_.empty()) return {};
  ChunkKeyTo(file_.home_slot, file_.inode, index_, &key_);
  usage_->bytes.fetch_add(chunk_.size(), std::memory_order_relaxed);
  SNAPTREE_TRY(rows.Put(key_, chunk_));
  chunk_.clear();
  return {};
}

Status ContentEncoder::Finish(BodyRows& rows) {
  return rows.PutLate(kUsageKey, "{\"files\":" + std::to_string(usage_->files) +
                                     ",\"bytes\":" + std::to_string(usage_->bytes) + "}");
}

}  // namespace snaptree::fs
