// Where a collection or stream is cut into parts, so that no line is longer than 4 MiB (spec 08).
#pragma once

#include <algorithm>
#include <cstdint>

namespace snaptree::redis {

class PartCutter {
 public:
  // key_bytes: of the key's JSON text.
  void Begin(uint64_t key_bytes) {
    room_ = std::max(kLongestLine - std::min(key_bytes + kFrameBytes, kLongestLine), kLeastRoom);
    used_ = 0;
  }
  // Whether an element whose JSON text has so many bytes begins another part.
  bool Add(uint64_t element_bytes) {
    const bool begins = used_ > 0 && used_ + 1 + element_bytes > room_;
    used_ = used_ == 0 || begins ? element_bytes : used_ + 1 + element_bytes;
    return begins;
  }

 private:
  static constexpr uint64_t kLongestLine = uint64_t{4} << 20;
  // Of a line, for what stands around key and elements: names of members, numbers.
  static constexpr uint64_t kFrameBytes = 256;
  // Elements get so much room beside any key. Only keys of more than half a MiB that are made of
  // control characters have a text that leaves less; theirs would be a line for each element.
  static constexpr uint64_t kLeastRoom = uint64_t{1} << 20;

  uint64_t room_ = 0;
  uint64_t used_ = 0;  // of it, by the elements of the part and the commas between them
};

}  // namespace snaptree::redis
