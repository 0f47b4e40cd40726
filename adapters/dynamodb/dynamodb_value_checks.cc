#include "adapters/dynamodb/dynamodb_value_checks.h"

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "adapters/dynamodb/dynamodb_number.h"
#include "adapters/dynamodb/dynamodb_wire_reader.h"

namespace snaptree::dynamodb {
namespace {

constexpr uint64_t kMaxDigits = 38;
// Of the number as 0.DIGITS * 10^exponent.
constexpr int64_t kLeastExponent = -129;
constexpr int64_t kGreatestExponent = 126;

// What most numbers are: nothing about it has to be looked at closely.
bool IsShortPlain(Slice text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text.size() > kMaxDigits) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool HasTwins(std::vector<Slice>* elements) {
  std::sort(elements->begin(), elements->end());
  return std::adjacent_find(elements->begin(), elements->end()) != elements->end();
}

// The same bytes for equal numbers; what is no number is like nothing but itself.
std::string ComparedNumber(Slice text) {
  std::string raw;
  if (const auto number = ParseNumber(text)) {
    AppendRawNumber(*number, &raw);
  } else {
    raw.append("\xff").append(text);
  }
  return raw;
}

}  // namespace

NumberVerdict CheckNumber(Slice text) {
  if (IsShortPlain(text)) return NumberVerdict::kGood;
  const auto number = ParseNumber(text);
  if (!number) return NumberVerdict::kNotDecimal;
  const NumberExtent extent = ExtentOf(*number);
  const bool fits =
      extent.digits == 0 || (extent.digits <= kMaxDigits && extent.exponent >= kLeastExponent &&
                             extent.exponent <= kGreatestExponent);
  return fits ? NumberVerdict::kGood : NumberVerdict::kOutOfRange;
}

bool HasDuplicates(Slice set, bool numbers) {
  std::vector<Slice> elements;
  std::deque<std::string> raw;
  WireReader in(set);
  while (in.Next()) {
    elements.push_back(numbers ? Slice(raw.emplace_back(ComparedNumber(in.bytes()))) : in.bytes());
  }
  return HasTwins(&elements);
}

}  // namespace snaptree::dynamodb
