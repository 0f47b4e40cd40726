#include "formats/pebble/log_chunk.h"

#include <algorithm>
#include <iterator>

#include "base/checksum.h"
#include "base/coding.h"
#include "formats/table/block.h"

namespace snaptree {
namespace {

// Offsets in a header.
constexpr size_t kLengthAt = 4;
constexpr size_t kTypeAt = 6;
constexpr size_t kNumberAt = 7;
constexpr size_t kSyncedAt = 11;

constexpr uint8_t kPlainHeader = 7;
constexpr uint8_t kNumberedHeader = 11;
constexpr uint8_t kSyncedHeader = 19;

constexpr uint8_t kPartsOfAForm = 4;
constexpr uint8_t kNumberedFull = 5;

// 0: no type of this log.
uint8_t HeaderBytes(uint8_t type, const ChunkForm& form) {
  constexpr uint8_t kHeaders[] = {kPlainHeader, kNumberedHeader, kSyncedHeader};
  const unsigned index = (type - 1U) / kPartsOfAForm;
  if (type == 0 || index >= std::size(kHeaders)) return 0;
  const uint8_t bytes = kHeaders[index];
  if (form.kind == LogKind::kManifest) return bytes == kPlainHeader ? bytes : 0;
  return form.header_bytes == 0 || form.header_bytes == bytes ? bytes : 0;
}

bool AllZeros(Slice bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

bool IsEndMark(Slice bytes, const ChunkForm& form) {
  return form.kind == LogKind::kWal && bytes.size() >= kNumberedHeader &&
         AllZeros(bytes.substr(0, kTypeAt)) &&
         static_cast<uint8_t>(bytes[kTypeAt]) == kNumberedFull &&
         LoadLe<uint32_t>(bytes.data() + kNumberAt) == form.log_number + 1;
}

// Of a log whose headers have a number.
bool HasOtherNumber(Slice bytes, const ChunkForm& form) {
  return bytes.size() >= kNumberedHeader &&
         LoadLe<uint32_t>(bytes.data() + kNumberAt) != form.log_number;
}

bool ReadIntact(Slice bytes, const ChunkForm& form, Chunk* chunk) {
  if (bytes.size() < kPlainHeader) return false;
  const auto type = static_cast<uint8_t>(bytes[kTypeAt]);
  const uint8_t header = HeaderBytes(type, form);
  const size_t length = LoadLe<uint16_t>(bytes.data() + kLengthAt);
  if (header == 0 || bytes.size() < header || length > bytes.size() - header) return false;
  const Slice covered = bytes.substr(kTypeAt, header + length - kTypeAt);
  if (MaskedCrc32c(Crc32c(covered)) != LoadLe<uint32_t>(bytes.data())) return false;
  chunk->part = static_cast<ChunkPart>((type - 1U) % kPartsOfAForm);
  chunk->header_bytes = header;
  chunk->synced = header == kSyncedHeader ? LoadLe64(bytes.data() + kSyncedAt) : 0;
  chunk->payload = bytes.substr(header, length);
  return true;
}

}  // namespace

ChunkFound ParseChunk(Slice bytes, const ChunkForm& form, Chunk* chunk) {
  size_t header = form.header_bytes;
  if (header == 0) header = form.kind == LogKind::kManifest ? kPlainHeader : kNumberedHeader;
  if (AllZeros(bytes.substr(0, header))) return ChunkFound::kZeros;
  if (IsEndMark(bytes, form)) return ChunkFound::kEndMark;
  const bool intact = ReadIntact(bytes, form, chunk);
  // What is no chunk may be the middle of an older log's one, but not where the file begins: there
  // the older one had a chunk too, and the form is not known yet.
  const size_t numbered_by = intact ? chunk->header_bytes : form.header_bytes;
  if (numbered_by >= kNumberedHeader && HasOtherNumber(bytes, form)) return ChunkFound::kForeign;
  return intact ? ChunkFound::kIntact : ChunkFound::kBroken;
}

}  // namespace snaptree
