// Reads a file front to back in a thread of its own, a few blocks ahead, and computes the CRC32C of
// what it reads: so that a scan costs the time of the slower of reading and parsing, not their sum.
#pragma once

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/file.h"
#include "formats/row.h"

namespace snaptree {

class BlockPrefetcher {
 public:
  // Room before each block's bytes, where the caller puts what was left over of the block before.
  static constexpr size_t kHeadroom = 64 << 10;

  struct Block {
    char* data = nullptr;  // size bytes; kHeadroom bytes before it are free for the caller
    size_t size = 0;       // 0 at the end of the extent
  };

  // Blocks cover `extent`; the CRC covers its first `checked` bytes, continued from `crc`. `file`
  // must outlive this.
  BlockPrefetcher(const InputFile& file, Extent extent, uint64_t checked, uint32_t crc);
  ~BlockPrefetcher();
  BlockPrefetcher(const BlockPrefetcher&) = delete;
  BlockPrefetcher& operator=(const BlockPrefetcher&) = delete;

  // The next block. The one before it stays valid until another call. Errors of reading come out
  // here.
  Result<Block> Next();
  // After the last block: the CRC of the checked bytes.
  uint32_t crc() const { return crc_; }

 private:
  static constexpr size_t kBlocks = 5;  // of which two stay with the caller
  struct Slot {
    std::vector<char> bytes;  // headroom and block
    size_t size = 0;
  };

  void Run();
  bool Fill(Slot* slot, uint64_t* offset);

  const InputFile& file_;
  Extent extent_;
  uint64_t check_end_;
  uint32_t crc_;
  Status status_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<Slot, kBlocks> slots_;
  uint64_t filled_ = 0;    // blocks ready so far
  uint64_t given_ = 0;     // blocks handed out so far
  bool ended_ = false;     // no more blocks will be filled
  bool stopping_ = false;  // the caller is gone
  std::thread thread_;     // last: uses everything above
};

}  // namespace snaptree
