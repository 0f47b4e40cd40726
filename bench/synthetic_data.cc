#include "bench/synthetic_data.h"

#include <cmath>
#include <cstring>
#include <iterator>
#include <numeric>
#include <utility>

namespace snaptree::bench {
namespace {

constexpr size_t kDistinctTexts = size_t{1} << 20;
constexpr std::string_view kWords[] = {"lorem ",      "ipsum ",       "dolor ",   "sit ",
                                       "amet ",       "consectetur ", "elit ",    "sed ",
                                       "adipiscing ", "do ",          "eiusmod ", "tempor "};

// b with a * b = 1 modulo size, by Euclid's algorithm: each remainder is its coefficient times a.
uint64_t InverseModulo(uint64_t a, uint64_t size) {
  const auto modulus = static_cast<int64_t>(size);
  int64_t remainder = modulus, next_remainder = static_cast<int64_t>(a);
  int64_t coefficient = 0, next_coefficient = 1;
  while (next_remainder != 0) {
    const int64_t quotient = remainder / next_remainder;
    remainder = std::exchange(next_remainder, remainder - quotient * next_remainder);
    coefficient = std::exchange(next_coefficient, coefficient - quotient * next_coefficient);
  }
  return static_cast<uint64_t>(coefficient < 0 ? coefficient + modulus : coefficient);
}

}  // namespace

Permutation::Permutation(uint64_t size, uint64_t seed)
    : size_(size),
      shift_(Mix(seed) % size),
      // Near the golden section of the range, so that neighbours land far from each other.
      factor_(static_cast<uint64_t>(static_cast<double>(size) * 0.6180339887) | 1) {
  while (std::gcd(factor_, size_) != 1) factor_ += 2;
  factor_ %= size_;
  inverse_ = InverseModulo(factor_, size_);
}

uint64_t SkewedSize(uint64_t mean, double skew, uint64_t random) {
  const double unit = (static_cast<double>(random >> 11) + 1) * 0x1p-53;  // above 0, at most 1
  const double size = static_cast<double>(mean) * (1 - skew) * std::pow(unit, -skew);
  return size < 1 ? 1 : static_cast<uint64_t>(size);
}

TextSource::TextSource(uint64_t seed, size_t longest_text) : state_(Mix(seed) | 1) {
  while (pool_.size() < kDistinctTexts + longest_text) {
    pool_.append(kWords[Next() % std::size(kWords)]);
  }
}

std::string_view TextSource::Text(size_t size) {
  return std::string_view(pool_).substr(Next() % kDistinctTexts, size);
}

void TextSource::FillNoise(std::string* out, size_t size) {
  out->resize((size + 7) / 8 * 8);
  for (size_t at = 0; at < out->size(); at += 8) {
    const uint64_t word = Next();
    std::memcpy(out->data() + at, &word, 8);
  }
  out->resize(size);
}

uint64_t TextSource::Next() {  // xorshift64*
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  const uint64_t product = state_ * 0x2545f4914f6cdd1d;
  return product ^ product >> 32;  // its upper half is the good one
}

}  // namespace snaptree::bench
