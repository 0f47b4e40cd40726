#include "adapters/s3/s3_chunk_sizes.h"

namespace snaptree::s3 {
namespace {

constexpr unsigned kGroupBits = 7;
constexpr uint64_t kMoreBit = 0x80;

void AppendVarint(std::string* out, uint64_t v) {
  for (; v >= kMoreBit; v >>= kGroupBits) out->push_back(static_cast<char>(v | kMoreBit));
  out->push_back(static_cast<char>(v));
}

// REQUIRES: a whole varint at *at.
uint64_t TakeVarint(const std::string& bytes, size_t* at) {
  uint64_t v = 0;
  for (unsigned shift = 0;; shift += kGroupBits) {
    const auto group = static_cast<uint8_t>(bytes[(*at)++]);
    v |= (group & (kMoreBit - 1)) << shift;
    if (group < kMoreBit) return v;
  }
}

}  // namespace

bool ChunkSizes::Append(uint64_t size) {
  if (__builtin_add_overflow(sum_, size, &sum_)) return false;
  if (run_length_ > 0 && size != run_size_) {
    AppendVarint(&packed_, run_size_);
    AppendVarint(&packed_, run_length_);
    run_length_ = 0;
  }
  run_size_ = size;
  ++run_length_;
  ++count_;
  return true;
}

uint64_t ChunkSizes::Reader::Next() {
  if (run_left_ == 0) {
    const bool packed = at_ < sizes_.packed_.size();
    run_size_ = packed ? TakeVarint(sizes_.packed_, &at_) : sizes_.run_size_;
    run_left_ = packed ? TakeVarint(sizes_.packed_, &at_) : sizes_.run_length_;
  }
  --run_left_;
  ++index_;
  return run_size_;
}

}  // namespace snaptree::s3
