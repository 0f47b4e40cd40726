#include "formats/single_bit_error.h"

#include <algorithm>
#include <bit>

#include "base/text.h"
#include "formats/family_table.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

constexpr uint32_t kReflectedPolynomial = 0x82F63B78;
constexpr uint64_t kUniqueBits = (uint64_t{1} << 31) - 1;

// The effect of one more zero bit after the message.
uint32_t ShiftBit(uint32_t crc) { return (crc >> 1) ^ ((crc & 1) != 0 ? kReflectedPolynomial : 0); }

// What stands at `offset` inside a row.
const char* PartOfRow(const Row& row, uint64_t offset) {
  const uint64_t key_at = row.position + kLengthBytes;
  if (offset < key_at) return "the key length";
  if (offset < key_at + row.key.size()) return "the key";
  if (offset < row.value_position) return "the value length";
  if (offset < row.value_position + kValueHeaderBytes) return "the value's header";
  return "the value";
}

std::string DescribeRow(const Row& row, uint64_t offset) {
  const int raw = ClassifyRawKey(row.key);
  Slice key = row.key;
  if (raw < 0 && key.size() >= kTimestampBytes) key.remove_suffix(kTimestampBytes);
  const FamilyId family = raw >= 0 ? static_cast<FamilyId>(raw) : ClassifyLogicalKey(key);
  return ", in " + std::string(PartOfRow(row, offset)) + " of row \"" + Printable(key, 120) +
         "\" (family " + std::string(FamilyName(family)) + ")";
}

}  // namespace

std::optional<BitPosition> LocateSingleBitError(uint32_t computed, uint32_t stored,
                                                uint64_t covered, uint64_t from) {
  const uint32_t difference = computed ^ stored;
  if (std::has_single_bit(difference)) {
    const int bit = std::countr_zero(difference);
    return BitPosition{covered + 3 - static_cast<uint64_t>(bit / 8), bit % 8};
  }
  if (covered * 8 > kUniqueBits) return std::nullopt;
  const uint64_t bits = (covered - std::min(from, covered)) * 8;
  // In the reflected CRC the last bit to go in is the highest of the last byte; its difference is
  // the polynomial.
  uint32_t effect = kReflectedPolynomial;
  for (uint64_t distance = 0; distance < bits; ++distance) {
    if (effect == difference) {
      return BitPosition{covered - 1 - distance / 8, static_cast<int>(7 - distance % 8)};
    }
    effect = ShiftBit(effect);
  }
  return std::nullopt;
}

std::string DescribeOffset(const RowSource& source, uint64_t offset) {
  if (offset < source.extent().begin) return ", in the header";
  const std::unique_ptr<RowCursor> cursor = source.OpenCursor(source.extent());
  for (;;) {
    const auto batch = cursor->NextBatch();
    if (!batch.ok()) return "";
    if (batch->empty()) return ", in the footer";
    for (const Row& row : *batch) {
      if (offset < row.value_position + row.value_size) return DescribeRow(row, offset);
    }
  }
}

}  // namespace snaptree
