// The half of dynamodb_number.h that is about file names: reduced fractions in decimal.
#include <algorithm>
#include <vector>

#include "adapters/dynamodb/dynamodb_number.h"

namespace snaptree::dynamodb {
namespace {

constexpr int64_t kMaxScale = 1000000;
// A reduced fraction within kMaxNameDigits has at most so many fraction digits before it is
// reduced: 2^k in the denominator has 0.301 k digits.
constexpr uint64_t kMaxReducible = kMaxNameDigits * 10000 / 3010 + 1;

// A natural number of any size: 18 decimal digits an element, the least significant first.
//
// Its factors and divisors are divisors of the base. So no product is longer than an element, each
// element of a quotient needs only itself and the next one, and the first element alone says
// whether the number is divisible.
class Natural {
 public:
  static constexpr uint64_t kBase = 1000000000000000000;
  static constexpr size_t kBaseDigits = 18;

  // REQUIRES: digits only, at least one.
  explicit Natural(Slice digits) {
    limbs_.reserve(digits.size() / kBaseDigits + 1);
    for (size_t end = digits.size(); end > 0; end -= std::min(end, kBaseDigits)) {
      const size_t begin = end - std::min(end, kBaseDigits);
      uint64_t limb = 0;
      for (const char c : digits.substr(begin, end - begin)) {
        limb = limb * 10 + static_cast<uint64_t>(c - '0');
      }
      limbs_.push_back(limb);
    }
  }

  template <uint64_t kDivisor>
  bool IsDivisibleBy() const {
    return limbs_.front() % kDivisor == 0;
  }
  // REQUIRES: IsDivisibleBy<kDivisor>().
  template <uint64_t kDivisor>
  void DivideBy() {
    static_assert(kBase % kDivisor == 0);
    for (size_t i = 0; i + 1 < limbs_.size(); ++i) {
      limbs_[i] = limbs_[i] / kDivisor + limbs_[i + 1] % kDivisor * (kBase / kDivisor);
    }
    limbs_.back() /= kDivisor;
    if (limbs_.size() > 1 && limbs_.back() == 0) limbs_.pop_back();
  }
  template <uint64_t kFactor>
  void MultiplyBy() {
    static_assert(kBase % kFactor == 0);
    uint64_t carry = 0;
    for (uint64_t& limb : limbs_) {
      const uint64_t high = limb / (kBase / kFactor);
      limb = limb % (kBase / kFactor) * kFactor + carry;
      carry = high;
    }
    if (carry != 0) limbs_.push_back(carry);
  }

  bool IsOne() const { return limbs_.size() == 1 && limbs_.front() == 1; }
  std::string Digits() const {
    std::string text = std::to_string(limbs_.back());
    for (size_t i = limbs_.size() - 1; i-- > 0;) {
      const std::string limb = std::to_string(limbs_[i]);
      text.append(kBaseDigits - limb.size(), '0').append(limb);
    }
    return text;
  }

 private:
  std::vector<uint64_t> limbs_;
};

// The large steps are of prime^18.
constexpr uint64_t kStepExponent = Natural::kBaseDigits;
template <uint64_t kPrime>
constexpr uint64_t kStep = kPrime == 2 ? uint64_t{1} << 18 : uint64_t{3814697265625};

// Divides by the prime as often as it goes, at most `limit` times; how often.
template <uint64_t kPrime>
uint64_t DivideOut(uint64_t limit, Natural* n) {
  uint64_t times = 0;
  while (limit - times >= kStepExponent && n->IsDivisibleBy<kStep<kPrime>>()) {
    n->DivideBy<kStep<kPrime>>();
    times += kStepExponent;
  }
  while (times < limit && n->IsDivisibleBy<kPrime>()) {
    n->DivideBy<kPrime>();
    ++times;
  }
  return times;
}

template <uint64_t kPrime>
Natural Power(uint64_t exponent) {
  Natural n("1");
  for (; exponent >= kStepExponent; exponent -= kStepExponent) n.MultiplyBy<kStep<kPrime>>();
  for (; exponent > 0; --exponent) n.MultiplyBy<kPrime>();
  return n;
}

// prime^exponent is at least 10 to the power of this. REQUIRES: exponent <= kMaxReducible.
template <uint64_t kPrime>
constexpr uint64_t LeastPowerOfTen(uint64_t exponent) {
  return exponent * (kPrime == 2 ? 30102 : 69897) / 100000;
}

// digits * 10^-scale, where the digits may be divisible by the prime, but not by 10/prime.
template <uint64_t kPrime>
std::optional<std::string> Reduced(Slice digits, uint64_t scale) {
  constexpr uint64_t kOther = 10 / kPrime;
  // Each division by the prime takes a zero from the denominator and multiplies the rest of it by
  // the other one, so the result is the shorter the more there are. When all `scale` of them go,
  // the numerator loses as many digits as prime^scale = 10^scale / other^scale has, and other^scale
  // is what remains below.
  const uint64_t least = LeastPowerOfTen<kOther>(scale);
  if (digits.size() + 2 * least + 1 > kMaxNameDigits + scale) return std::nullopt;
  Natural numerator(digits);
  const uint64_t times = DivideOut<kPrime>(scale, &numerator);
  std::string text = numerator.Digits();
  const uint64_t zeros = scale - times;
  if (text.size() + LeastPowerOfTen<kOther>(times) + zeros > kMaxNameDigits) return std::nullopt;
  const std::string denominator = Power<kOther>(times).Digits();
  if (text.size() + denominator.size() + zeros > kMaxNameDigits) return std::nullopt;
  return text.append("/").append(denominator).append(zeros, '0');
}

// digits * 10^-scale in lowest terms. REQUIRES: scale > 0, the last digit is not 0.
std::optional<std::string> Fraction(Slice digits, uint64_t scale) {
  if (scale > kMaxReducible) return std::nullopt;
  return digits.back() == '5' ? Reduced<5>(digits, scale) : Reduced<2>(digits, scale);
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

std::optional<std::string> TextOfCanonicalNumber(Slice canonical) {
  const bool negative = canonical.starts_with('-');
  const Slice fraction = canonical.substr(negative ? 1 : 0);
  const size_t slash = fraction.find('/');
  if (slash == Slice::npos) return std::string(canonical);
  const auto is_natural = [](Slice text) {
    return !text.empty() && text.front() != '0' &&
           text.find_first_not_of("0123456789") == Slice::npos;
  };
  if (canonical.size() > kMaxNameDigits || !is_natural(fraction.substr(0, slash)) ||
      !is_natural(fraction.substr(slash + 1))) {
    return std::nullopt;
  }
  Natural numerator(fraction.substr(0, slash));
  Natural denominator(fraction.substr(slash + 1));
  int64_t exponent = 0;
  for (; !denominator.IsOne(); --exponent) {
    if (denominator.IsDivisibleBy<10>()) {
      denominator.DivideBy<10>();
    } else if (denominator.IsDivisibleBy<2>()) {
      denominator.DivideBy<2>();
      numerator.MultiplyBy<5>();
    } else if (denominator.IsDivisibleBy<5>()) {
      denominator.DivideBy<5>();
      numerator.MultiplyBy<2>();
    } else {
      return std::nullopt;
    }
  }
  return (negative ? "-" : "") + numerator.Digits() + "e" + std::to_string(exponent);
}

}  // namespace snaptree::dynamodb
