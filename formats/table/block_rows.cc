#include "formats/table/block_rows.h"

#include <algorithm>
#include <cstring>

#include "base/coding.h"
#include "formats/fsm_format.h"
#include "formats/table/unpack_block.h"

namespace snaptree {
namespace {

constexpr size_t kBatchRows = 256;
constexpr uint64_t kHintBit = 0x40;
// Larger values give their head only, as those of a row stream do.
constexpr uint64_t kMaxResident = 256 << 10;
constexpr uint64_t kLargeValueHead = 4 << 10;

// Value prefix (spec 01b section 2.5).
constexpr uint8_t kPrefixForm = 0xc0;
constexpr uint8_t kPrefixInPlace = 0x00;
constexpr uint8_t kPrefixHandle = 0x80;

Slice Resident(const char* value, uint64_t size) {
  return {value, static_cast<size_t>(size > kMaxResident ? kLargeValueHead : size)};
}

}  // namespace

BlockRows::BlockRows() : rows_(kBatchRows), trailers_(kBatchRows) {}

void BlockRows::StartTable(const TableMember& member) {
  bounds_ = member.bounds ? &*member.bounds : nullptr;
  below_bounds_ = bounds_ != nullptr;
  sequence_ = member.sequence;
  past_end_ = false;
  entries_ = 0;
}

void BlockRows::Start(RowBlock block) {
  block_ = std::move(block);
  address_ = block_.store->AddressOf(block_.member, block_.handle.offset);
  at_ = block_.entries.data();
  end_ = at_ + block_.entries.size();
  keys_.StartBlock();
  value_block_ = UINT64_MAX;
  count_ = 0;
}

void BlockRows::Finish() {
  count_ = 0;
  value_bytes_.reset();
  if (keys_.previous().empty()) return;
  Slice raw_key = keys_.previous();
  raw_key.remove_suffix(kKeyTrailerBytes);
  last_key_ = raw_key;
  has_last_ = true;
  keys_.StartBlock();
}

Status BlockRows::Damage(std::string what) const {
  const InputFile& file = *block_.table->bytes().file;
  return BlockDamage(std::move(what), file.path(),
                     block_.table->bytes().region.begin + block_.handle.offset);
}

Status BlockRows::Next() {
  count_ = 0;
  keys_.StartBatch();
  values_used_ = 0;
  is_full_ = false;
  while (at_ != end_ && count_ < kBatchRows && !is_full_) {
    EntryHead head;
    const char* const bytes = ReadEntryHead(at_, end_, &head);
    Status status = bytes == nullptr ? Damage("an entry leaves its block") : TakeEntry(head, bytes);
    if (!status.ok()) {
      at_ = end_;
      return status;
    }
  }
  return {};
}

// The first key of a block against the last of the block before.
Status BlockRows::CheckFirst(Slice raw_key, uint64_t trailer) const {
  return has_last_ ? CheckOrder(raw_key.compare(last_key_), trailer) : Status::Ok();
}

Status BlockRows::CheckOrder(int order, uint64_t trailer) const {
  if (order > 0 || (order == 0 && trailer < last_trailer_)) return {};
  return Damage("the keys of the table do not ascend");
}

Status BlockRows::TakeEntry(const EntryHead& head, const char* bytes) {
  const Slice previous = keys_.previous();
  if (head.shared > previous.size()) return Damage("a key shares more than there is before it");
  const uint64_t size = head.shared + head.unshared;
  if (size < kKeyTrailerBytes || size > kMaxKeyBytes) {
    return Damage("a key of the table has an impossible length").Found(std::to_string(size));
  }
  if (count_ > 0 && !keys_.HasRoom(head)) {
    is_full_ = true;
    return {};
  }
  const int order = previous.empty() ? 1 : keys_.Compare(head, bytes);
  const Slice key = keys_.Build(head, bytes);
  const Slice raw_key = key.substr(0, key.size() - kKeyTrailerBytes);
  uint64_t trailer = head.unshared >= kKeyTrailerBytes
                         ? LoadLe64(bytes + head.unshared - kKeyTrailerBytes)
                         : LoadLe64(key.data() + raw_key.size());
  if (block_.table->has_hint_bit()) trailer &= ~kHintBit;
  SNAPTREE_TRY(previous.empty() ? CheckFirst(raw_key, trailer) : CheckOrder(order, trailer));

  const uint64_t position = AddressOf(at_);
  const char* const value_at = bytes + head.unshared;
  const Slice stored(value_at, static_cast<size_t>(head.value_size));
  const bool is_wanted = IsWanted(raw_key, position);
  if (is_wanted) {
    Value value;
    SNAPTREE_TRY(TakeValue(stored, KindOf(trailer), &value));
    if (is_full_) return {};
    const char* const next = value_at + stored.size();
    rows_[count_] = {raw_key,        value.resident, value.size,
                     value.position, position,       next == end_ ? block_.next : AddressOf(next)};
    trailers_[count_++] = sequence_ ? TrailerOf(*sequence_, KindOf(trailer)) : trailer;
  }
  keys_.Take(key, is_wanted);
  last_trailer_ = trailer;
  ++entries_;
  at_ = past_end_ ? end_ : value_at + stored.size();
  return {};
}

bool BlockRows::IsWanted(Slice raw_key, uint64_t position) {
  if (position >= block_.wanted.end) past_end_ = true;
  if (bounds_ != nullptr) {
    below_bounds_ = below_bounds_ && raw_key < bounds_->smallest;
    const int order = raw_key.compare(bounds_->largest);
    if (order > 0 || (order == 0 && bounds_->excludes_largest)) past_end_ = true;
  }
  return !past_end_ && !below_bounds_ && position >= block_.wanted.begin;
}

Status BlockRows::TakeValue(Slice stored, EntryKind kind, Value* value) {
  if (kind == EntryKind::kSet && block_.table->has_value_prefix()) {
    if (stored.empty()) return Damage("a value of the table lacks its prefix");
    const uint8_t form = static_cast<uint8_t>(stored.front()) & kPrefixForm;
    stored.remove_prefix(1);
    if (form == kPrefixHandle) return TakeSeparateValue(stored, value);
    if (form != kPrefixInPlace) return Damage("a value of the table has an unknown prefix");
  }
  if (IsDeletion(kind)) stored.remove_suffix(stored.size());
  *value = {Resident(stored.data(), stored.size()), stored.size(), AddressOf(stored.data())};
  return {};
}

// A value in a value block: its head is copied, the rest is read by its position.
Status BlockRows::TakeSeparateValue(Slice handle, Value* value) {
  uint64_t number = 0;
  uint64_t offset = 0;
  if (!ReadVarint(&handle, &value->size) || !ReadVarint(&handle, &number) ||
      !ReadVarint(&handle, &offset) || number >= block_.table->value_blocks().size()) {
    return Damage("a value of the table is in no value block");
  }
  const BlockHandle place = block_.table->value_blocks()[number];
  if (number != value_block_ || value_bytes_ == nullptr) {
    SNAPTREE_ASSIGN(value_bytes_, block_.store->Load(block_.member, *block_.table, place));
    value_block_ = number;
  }
  const Slice bytes(value_bytes_->bytes);
  if (offset > bytes.size() || value->size > bytes.size() - offset) {
    return Damage("a value of the table leaves its value block");
  }
  const Slice head = Resident(bytes.data() + offset, value->size);
  if (values_.size() == 0) values_.Reserve(kMaxResident);
  if (head.size() > values_.size() - values_used_) {
    is_full_ = true;
    return {};
  }
  char* const copy = values_.data() + values_used_;
  head.copy(copy, head.size());
  values_used_ += head.size();
  value->resident = Slice(copy, head.size());
  value->position = block_.store->AddressOf(block_.member, place.offset) + offset;
  return {};
}

}  // namespace snaptree
