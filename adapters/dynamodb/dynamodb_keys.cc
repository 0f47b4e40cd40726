#include "adapters/dynamodb/dynamodb_keys.h"

#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

constexpr Slice kEscapedZero("\0\xff", 2);
constexpr Slice kTerminator("\0\x01", 2);

// Takes one segment off the front.
bool TakeOrderedSegment(Slice* tail) {
  for (size_t at = 0;; at += 2) {
    at = tail->find('\0', at);
    if (at == Slice::npos || at + 1 == tail->size()) return false;
    const char next = (*tail)[at + 1];
    if (next == kTerminator[1]) {
      tail->remove_prefix(at + 2);
      return true;
    }
    if (next != kEscapedZero[1]) return false;
  }
}

}  // namespace

std::optional<std::string> ParseTableSegment(Slice segment) {
  std::optional<std::string> name = ParseBase64Url(segment);
  if (!name || name->empty() || !IsUtf8(*name)) return std::nullopt;
  return name;
}

std::optional<uint64_t> ParseDecimal(Slice text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return ParseU64(text);
}

Slice TableScope(Slice rest) {
  const size_t bar = rest.find('|');
  return bar == Slice::npos ? Slice() : rest.substr(0, bar + 1);
}

bool SplitItemKey(Slice logical, ItemKey* out) {
  if (!logical.starts_with(kItemPrefix)) return false;
  const size_t table = kItemPrefix.size();
  const size_t bar = logical.find('|', table);
  if (bar == Slice::npos) return false;
  const size_t second = logical.find('|', bar + 1);
  if (second == Slice::npos) return false;
  out->table = logical.substr(table, bar - table);
  out->generation = logical.substr(bar + 1, second - bar - 1);
  out->scope = logical.substr(table, second + 1 - table);
  out->tail = logical.substr(second + 1);
  return true;
}

void AppendOrderedSegment(Slice raw, std::string* out) {
  for (size_t zero = raw.find('\0'); zero != Slice::npos; zero = raw.find('\0')) {
    out->append(raw.substr(0, zero)).append(kEscapedZero);
    raw.remove_prefix(zero + 1);
  }
  out->append(raw).append(kTerminator);
}

bool IsOrderedTail(Slice tail) {
  if (!TakeOrderedSegment(&tail)) return false;
  return tail.empty() || (TakeOrderedSegment(&tail) && tail.empty());
}

bool IsLegacyTail(Slice tail) {
  const size_t bar = tail.find('|');
  return bar != Slice::npos && ParseBase64Url(tail.substr(0, bar)) &&
         ParseBase64Url(tail.substr(bar + 1));
}

Status MalformedItemKey() {
  return DataError("DdbMalformedKey", "the key of an item row cannot be taken apart");
}

}  // namespace snaptree::dynamodb
