#include "adapters/redis/redis_line_parts.h"

#include <utility>

#include "adapters/redis/redis_record_text.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

Status PartMissing(Slice path, uint64_t number) {
  return DataError("RedisPartMissing", "a part of a key is missing")
      .At(path)
      .Address("line " + std::to_string(number))
      .Next(
          "bring back all lines of the key, in the order of their parts, in this file or the "
          "next one");
}

std::string PartOfKey(uint64_t part, Slice key) {
  return "part " + std::to_string(part) + " of key \"" + Printable(key) + "\"";
}

}  // namespace

Result<bool> LineParts::Join(const LinePlace& place, Slice key, uint64_t part) {
  if (open_ && open_->next_part == part) return true;
  if (!open_ && passes_over_ && (!passed_key_ || *passed_key_ == key)) {
    passed_key_.emplace(key);
    return false;
  }
  return PartMissing(place.path, place.number)
      .Expected(open_ ? "part " + std::to_string(open_->next_part) : "part 0 first")
      .Found(PartOfKey(part, key));
}

void LineParts::Keep(const LinePlace& place, Slice key, uint64_t part,
                     std::optional<uint64_t> expire_at_ms) {
  open_ = Open{std::string(place.path), place.number, std::string(key), part + 1, expire_at_ms};
}

Status LineParts::End() {
  if (!open_) return {};
  const Open open = *std::exchange(open_, std::nullopt);
  return PartMissing(open.path, open.number)
      .Expected(PartOfKey(open.next_part, open.key) + ", as this one is not the last")
      .Found("something else behind it");
}

void LineParts::Forget() {
  open_.reset();
  passes_over_ = true;
  passed_key_.reset();
}

void CutCheck::BeginKey(Slice key) {
  cutter_.Begin(BytesTextSize(key));
  differs_ = any_element_ = false;
}

void CutCheck::CheckOrder(Slice element) {
  if (any_element_ && element <= last_element_) differs_ = true;
  any_element_ = true;
  last_element_.assign(element);
}

}  // namespace snaptree::redis
