#include "adapters/redis/redis_elements.h"

#include "base/coding.h"

namespace snaptree::redis {
namespace {

constexpr uint64_t kInlineBytes = 4096;
constexpr char kInline = 0;
constexpr char kInSource = 1;

ValueRef ValueOf(Slice payload) {
  if (payload[0] == kInline) return {payload.substr(1), payload.size() - 1, 0};
  return {Slice(), LoadBe64(payload.data() + 9), LoadBe64(payload.data() + 1)};
}

}  // namespace

void Elements::Begin() {
  sorter_.Reset();
  ahead_ = false;
  duplicates_ = 0;
}

Status Elements::AddCopy(Slice element, Slice value) {
  payload_.assign(1, kInline).append(value);
  return sorter_.Add(element, payload_);
}

Status Elements::Add(Slice element, const ValueRef& value) {
  if (value.IsResident() && value.size <= kInlineBytes) return AddCopy(element, value.resident);
  payload_.assign(1, kInSource);
  AppendBe64(&payload_, value.position);
  AppendBe64(&payload_, value.size);
  return sorter_.Add(element, payload_);
}

Status Elements::Finish() {
  SNAPTREE_TRY(sorter_.Finish());
  SNAPTREE_ASSIGN(ahead_, sorter_.Next(&next_element_, &next_payload_));
  return {};
}

Result<bool> Elements::Next(Slice* element, ValueRef* value) {
  if (!ahead_) return false;
  for (;;) {
    element_ = next_element_;
    value_ = next_payload_;
    SNAPTREE_ASSIGN(ahead_, sorter_.Next(&next_element_, &next_payload_));
    if (!ahead_ || next_element_ != element_) break;
    ++duplicates_;
  }
  *element = element_;
  *value = ValueOf(value_);
  return true;
}

}  // namespace snaptree::redis
