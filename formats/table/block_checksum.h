// The checksum of a block, over its bytes in pieces (spec 01b section 2.2).
#pragma once

#include <xxhash.h>

#include <memory>
#include <string>

#include "base/checksum.h"
#include "formats/table/block.h"

namespace snaptree {

class BlockHasher {
 public:
  explicit BlockHasher(BlockChecksum kind) : kind_(kind) {
    if (kind_ != BlockChecksum::kXxHash64) return;
    xx_.reset(XXH64_createState());
    XXH64_reset(xx_.get(), 0);
  }
  void Add(Slice bytes) {
    if (kind_ == BlockChecksum::kCrc32c) {
      crc_ = ExtendCrc32c(crc_, bytes);
    } else {
      XXH64_update(xx_.get(), bytes.data(), bytes.size());
    }
  }
  // As it is stored.
  uint32_t Value() const {
    if (kind_ == BlockChecksum::kCrc32c) return MaskedCrc32c(crc_);
    return static_cast<uint32_t>(XXH64_digest(xx_.get()));
  }

 private:
  struct Free {
    void operator()(XXH64_state_t* state) const { XXH64_freeState(state); }
  };
  BlockChecksum kind_;
  uint32_t crc_ = 0;
  std::unique_ptr<XXH64_state_t, Free> xx_;
};

// Of bytes that are all there.
inline uint32_t BlockChecksumOf(BlockChecksum kind, Slice bytes) {
  if (kind == BlockChecksum::kCrc32c) return MaskedCrc32c(Crc32c(bytes));
  return static_cast<uint32_t>(XXH64(bytes.data(), bytes.size(), 0));
}

}  // namespace snaptree
