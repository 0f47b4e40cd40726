// Made-up contents that are the same for the same seed: texts, noise, choices and sizes. Choices
// and sizes are functions of a number, not of a stream, because several row families must agree on
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace snaptree::bench {

// A well mixed number for each number (the finalizer of splitmix64).
inline uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

// Says of item i (and its part j) whether it is among the given percentage.
class Choice {
 public:
  Choice(uint64_t seed, unsigned percent) : seed_(Mix(seed)), percent_(percent) {}
  bool Hits(uint64_t i, uint64_t j = 0) const {
    return percent_ > 0 && Mix(seed_ ^ Mix(i) ^ j) % 100 < percent_;
  }

 private:
  uint64_t seed_;
  unsigned percent_;
};

// A permutation of 0 .. size-1 that can be walked both ways without a table: a * i + b modulo size.
class Permutation {
 public:
  // REQUIRES: 0 < size <= 2^32, so that products fit into 64 bits.
  Permutation(uint64_t size, uint64_t seed);
  uint64_t At(uint64_t i) const { return (factor_ * i + shift_) % size_; }
  uint64_t PlaceOf(uint64_t value) const {
    return (value + size_ - shift_) % size_ * inverse_ % size_;
  }

 private:
  uint64_t size_;
  uint64_t shift_;
  uint64_t factor_;
  uint64_t inverse_;
};

// Sizes with a given mean. Skew 0: all equal. Towards 1: a Pareto tail, few huge and many small.
uint64_t SkewedSize(uint64_t mean, double skew, uint64_t random);

// A stream of texts (words and spaces: safe inside JSON) and of noise that no compressor shrinks.
class TextSource {
 public:
  TextSource(uint64_t seed, size_t longest_text);
  // A view into a pool, valid as long as the source. REQUIRES: size <= longest_text.
  std::string_view Text(size_t size);
  void FillNoise(std::string* out, size_t size);

 private:
  uint64_t Next();

  uint64_t state_;
  std::string pool_;
};

}  // namespace snaptree::bench
