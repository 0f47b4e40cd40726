#include "formats/block_prefetcher.h"

#include <algorithm>

#include "base/checksum.h"

namespace snaptree {
namespace {

constexpr size_t kBlockBytes = 256 << 10;

}  // namespace

BlockPrefetcher::BlockPrefetcher(const InputFile& file, Extent extent, uint64_t checked,
                                 uint32_t crc)
    : file_(file), extent_(extent), check_end_(extent.begin + checked), crc_(crc) {
  const uint64_t block = std::min<uint64_t>(kBlockBytes, extent.size());
  for (Slot& slot : slots_) slot.bytes.resize(kHeadroom + static_cast<size_t>(block));
  thread_ = std::thread([this] { Run(); });
}

BlockPrefetcher::~BlockPrefetcher() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// Reads one block and adds it to the CRC; false at the end or on an error.
bool BlockPrefetcher::Fill(Slot* slot, uint64_t* offset) {
  const size_t want = static_cast<size_t>(std::min<uint64_t>(kBlockBytes, extent_.end - *offset));
  char* const data = slot->bytes.data() + kHeadroom;
  status_ = file_.ReadExactlyAt(*offset, data, want);
  if (!status_.ok() || want == 0) return false;
  const uint64_t check = std::min<uint64_t>(want, check_end_ - std::min(check_end_, *offset));
  crc_ = ExtendCrc32c(crc_, Slice(data, static_cast<size_t>(check)));
  slot->size = want;
  *offset += want;
  return true;
}

void BlockPrefetcher::Run() {
  uint64_t offset = extent_.begin;
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || filled_ - given_ < kBlocks - 2; });
    if (stopping_) return;
    Slot* const slot = &slots_[filled_ % kBlocks];
    lock.unlock();
    const bool more = Fill(slot, &offset);
    lock.lock();
    if (more) {
      ++filled_;
    } else {
      ended_ = true;
    }
    changed_.notify_all();
    if (ended_) return;
  }
}

Result<BlockPrefetcher::Block> BlockPrefetcher::Next() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return filled_ > given_ || ended_; });
  if (filled_ == given_) {
    if (!status_.ok()) return status_;
    return Block{};
  }
  Slot& slot = slots_[given_++ % kBlocks];
  lock.unlock();
  changed_.notify_all();
  return Block{slot.bytes.data() + kHeadroom, slot.size};
}

}  // namespace snaptree
