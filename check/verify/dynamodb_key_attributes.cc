#include "check/verify/dynamodb_key_attributes.h"

#include <algorithm>

#include "adapters/dynamodb/dynamodb_wire_reader.h"

namespace snaptree {
namespace {

using dynamodb::KeyValue;
using dynamodb::WireReader;
using dynamodb::WireType;

// Members of an attribute value: 1 to 3 are those of keys, all of them up to 10 are types.
constexpr uint32_t kLastType = 10;

// The last member counts; a value that stands in pieces goes on where it was.
bool TakeValue(Slice value, KeyValue* out) {
  constexpr char kTypes[] = {0, 'S', 'N', 'B'};
  WireReader in(value);
  while (in.Next()) {
    const uint32_t number = in.number();
    if (number > kLastType) continue;
    const bool is_key = number < sizeof kTypes && in.Is(number, WireType::kBytes);
    *out = is_key ? KeyValue{kTypes[number], in.bytes()} : KeyValue{};
  }
  return in.ok();
}

}  // namespace

void KeyAttributes::Begin(std::vector<std::string> names) {
  names_ = std::move(names);
  std::sort(names_.begin(), names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
}

bool KeyAttributes::Read(Slice message) {
  attributes_.assign(names_.size(), {});
  WireReader in(message);
  while (in.Next()) {
    if (in.Is(1, WireType::kBytes) && !Entry(in.bytes())) return false;
  }
  return in.ok();
}

bool KeyAttributes::Entry(Slice entry) {
  Slice name;
  KeyValue value;
  WireReader in(entry);
  while (in.Next()) {
    if (in.Is(1, WireType::kBytes)) name = in.bytes();
    if (in.Is(2, WireType::kBytes) && !TakeValue(in.bytes(), &value)) return false;
  }
  if (!in.ok()) return false;
  const auto at = std::lower_bound(names_.begin(), names_.end(), name);
  if (at == names_.end() || *at != name) return true;
  attributes_[static_cast<size_t>(at - names_.begin())] = {true, value};
  return true;
}

const KeyAttributes::Attribute& KeyAttributes::Of(Slice name) const {
  const auto at = std::lower_bound(names_.begin(), names_.end(), name);
  return attributes_[static_cast<size_t>(at - names_.begin())];
}

}  // namespace snaptree
