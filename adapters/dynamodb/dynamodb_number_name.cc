// The half of dynamodb_number.h that is about file names: reduced fractions in decimal.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "adapters/dynamodb/dynamodb_number.h"

namespace snaptree::dynamodb {
namespace {

constexpr int64_t kMaxScale = 1000000;
// A reduced fraction within kMaxNameDigits has at most so many fraction digits before it is
// reduced (2^k in the denominator has 0.301 k digits), and its numerator at most as many digits.
constexpr uint64_t kMaxReducible = kMaxNameDigits * 10000 / 3010 + 1;

// A natural number of any size: nine decimal digits an element, the least significant first.
class Natural {
 public:
  static constexpr uint32_t kBase = 1000000000;
  static constexpr size_t kBaseDigits = 9;

  explicit Natural(uint32_t v) : limbs_{v} {}  // REQUIRES: v < kBase
  // REQUIRES: digits only, at least one.
  explicit Natural(Slice digits) {
    for (size_t end = digits.size(); end > 0; end -= std::min(end, kBaseDigits)) {
      const size_t begin = end - std::min(end, kBaseDigits);
      uint32_t limb = 0;
      for (const char c : digits.substr(begin, end - begin)) {
        limb = limb * 10 + static_cast<uint32_t>(c - '0');
      }
      limbs_.push_back(limb);
    }
  }

  bool IsDivisibleBy(uint32_t divisor) const {
    uint64_t rest = 0;
    for (size_t i = limbs_.size(); i-- > 0;) rest = (rest * kBase + limbs_[i]) % divisor;
    return rest == 0;
  }
  void DivideBy(uint32_t divisor) {
    uint64_t rest = 0;
    for (size_t i = limbs_.size(); i-- > 0;) {
      rest = rest * kBase + limbs_[i];
      limbs_[i] = static_cast<uint32_t>(rest / divisor);
      rest %= divisor;
    }
    while (limbs_.size() > 1 && limbs_.back() == 0) limbs_.pop_back();
  }
  void MultiplyBy(uint32_t factor) {
    uint64_t carry = 0;
    for (uint32_t& limb : limbs_) {
      carry += uint64_t{limb} * factor;
      limb = static_cast<uint32_t>(carry % kBase);
      carry /= kBase;
    }
    if (carry != 0) limbs_.push_back(static_cast<uint32_t>(carry));
  }

  std::string Digits() const {
    std::string text = std::to_string(limbs_.back());
    for (size_t i = limbs_.size() - 1; i-- > 0;) {
      const std::string limb = std::to_string(limbs_[i]);
      text.append(kBaseDigits - limb.size(), '0').append(limb);
    }
    return text;
  }

 private:
  std::vector<uint32_t> limbs_;
};

// The powers of a prime that are tried: large steps first.
struct Steps {
  uint32_t prime;
  uint32_t step;  // prime ^ step_exponent < Natural::kBase
  uint64_t step_exponent;
};
constexpr Steps kTwos = {2, 1U << 29, 29};
constexpr Steps kFives = {5, 244140625, 12};

// Divides by the prime as often as it goes, at most `limit` times; how often.
uint64_t DivideOut(const Steps& by, uint64_t limit, Natural* n) {
  uint64_t times = 0;
  while (limit - times >= by.step_exponent && n->IsDivisibleBy(by.step)) {
    n->DivideBy(by.step);
    times += by.step_exponent;
  }
  while (times < limit && n->IsDivisibleBy(by.prime)) {
    n->DivideBy(by.prime);
    ++times;
  }
  return times;
}

Natural Power(const Steps& of, uint64_t exponent) {
  Natural n(1);
  for (; exponent >= of.step_exponent; exponent -= of.step_exponent) n.MultiplyBy(of.step);
  for (; exponent > 0; --exponent) n.MultiplyBy(of.prime);
  return n;
}

// digits * 10^-scale in lowest terms. REQUIRES: scale > 0, the last digit is not 0.
std::optional<std::string> Fraction(Slice digits, uint64_t scale) {
  if (scale > kMaxReducible || digits.size() > kMaxReducible) return std::nullopt;
  Natural numerator(digits);
  // Not both: the last digit is not 0.
  const uint64_t twos = DivideOut(kTwos, scale, &numerator);
  const uint64_t fives = twos > 0 ? 0 : DivideOut(kFives, scale, &numerator);
  // 2^(scale - twos) * 5^(scale - fives), the common powers as zeros.
  const Natural odd = twos > 0 ? Power(kFives, twos) : Power(kTwos, fives);
  std::string text = numerator.Digits();
  const std::string denominator = odd.Digits();
  const uint64_t zeros = scale - std::max(twos, fives);
  if (text.size() + denominator.size() + zeros > kMaxNameDigits) return std::nullopt;
  return text.append("/").append(denominator).append(zeros, '0');
}

std::optional<std::string> Magnitude(Slice digits, int64_t power) {
  if (power < 0) {
    const size_t all = digits.size();
    const auto scale = static_cast<uint64_t>(-power);
    const size_t last = digits.find_last_not_of('0');
    digits = digits.substr(0, std::max<uint64_t>(last + 1, all - std::min<uint64_t>(all, scale)));
    const uint64_t rest = scale - (all - digits.size());
    if (rest > 0) return Fraction(digits, rest);
    power = 0;
  }
  const auto zeros = static_cast<uint64_t>(power);
  if (digits.size() + zeros > kMaxNameDigits) return std::nullopt;
  return std::string(digits).append(zeros, '0');
}

}  // namespace

std::optional<std::string> CanonicalNumber(Slice text, const NumberText& number) {
  const Slice trimmed = TrimWhiteSpace(text);
  if (!number.plain) return std::string(trimmed);
  std::string all(number.integer);
  all += number.fraction;
  const size_t zeros = all.find_first_not_of('0');
  if (zeros == std::string::npos) return "0";
  int64_t power = 0;
  if (__builtin_sub_overflow(number.exponent, static_cast<int64_t>(number.fraction.size()),
                             &power) ||
      power > kMaxScale || power < -kMaxScale) {
    return std::string(trimmed);
  }
  std::optional<std::string> magnitude = Magnitude(Slice(all).substr(zeros), power);
  if (magnitude && number.negative) magnitude->insert(0, 1, '-');
  return magnitude;
}

}  // namespace snaptree::dynamodb
