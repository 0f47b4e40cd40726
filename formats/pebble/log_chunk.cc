#include "formats/pebble/log_chunk.h"

#include <algorithm>
#include <iterator>
#include <string>

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

// Whether the checksum holds for a chunk of this log with this type and length.
bool MatchesAs(Slice bytes, const ChunkForm& form, uint8_t type, size_t length) {
  const uint8_t header = HeaderBytes(type, form);
  if (header == 0 || bytes.size() < header || length > bytes.size() - header) return false;
  std::string head(bytes.substr(kTypeAt, header - kTypeAt));
  head[0] = static_cast<char>(type);
  if (header >= kNumberedHeader) {
    for (size_t i = 0; i < sizeof(form.log_number); ++i)
      head[kNumberAt - kTypeAt + i] = static_cast<char>(form.log_number >> (8 * i));
  }
  const uint32_t crc = ExtendCrc32c(Crc32c(head), bytes.substr(header, length));
  return MaskedCrc32c(crc) == LoadLe<uint32_t>(bytes.data());
}

// What was hit may be any one field of the header.
bool MatchesWithOtherHeader(Slice bytes, const ChunkForm& form, bool at_end) {
  const auto type = static_cast<uint8_t>(bytes[kTypeAt]);
  const size_t length = LoadLe<uint16_t>(bytes.data() + kLengthAt);
  if (MatchesAs(bytes, form, type, length)) return true;
  for (uint8_t other = 1; other <= 3 * kPartsOfAForm; ++other)
    if (MatchesAs(bytes, form, other, length)) return true;
  const uint8_t header = HeaderBytes(type, form);
  return at_end && header != 0 && bytes.size() > header &&
         MatchesAs(bytes, form, type, bytes.size() - header);
}

// Pages of a chunk that never came to the disk are zeros to its end.
bool LooksCut(Slice chunk, uint64_t offset) {
  constexpr uint64_t kSectorBytes = 512;
  const uint64_t border = (offset + chunk.size() - 1) / kSectorBytes * kSectorBytes;
  return border > offset && AllZeros(chunk.substr(static_cast<size_t>(border - offset)));
}

}  // namespace

bool IsDamagedChunk(Slice bytes, const ChunkForm& form, uint64_t offset, bool at_end) {
  if (bytes.size() < kPlainHeader) return false;
  if (MatchesWithOtherHeader(bytes, form, at_end)) return true;
  const uint8_t header = HeaderBytes(static_cast<uint8_t>(bytes[kTypeAt]), form);
  const size_t length = LoadLe<uint16_t>(bytes.data() + kLengthAt);
  if (header == 0 || bytes.size() < header || length > bytes.size() - header) return false;
  if (header >= kNumberedHeader && HasOtherNumber(bytes, form)) return false;
  // What stands behind it in a file that is used once more is of an older log, and may begin inside
  // this chunk.
  const Slice behind = bytes.substr(header + length);
  if (!AllZeros(behind) || (!at_end && behind.size() < header)) return false;
  return !LooksCut(bytes.substr(0, header + length), offset);
}

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
