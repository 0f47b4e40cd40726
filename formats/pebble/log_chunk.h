// One chunk of a record log (spec 01b section 3.3).
#pragma once

#include <cstdint>

#include "base/slice.h"

namespace snaptree {

enum class LogKind : uint8_t { kManifest, kWal };

inline constexpr size_t kLogBlockBytes = 32768;

enum class ChunkPart : uint8_t { kFull, kFirst, kMiddle, kLast };

struct Chunk {
  ChunkPart part = ChunkPart::kFull;
  uint8_t header_bytes = 0;  // 7, 11 or 19
  uint64_t synced = 0;       // offset up to which the log was known to be on disk; 0: not said
  Slice payload;

  size_t size() const { return header_bytes + payload.size(); }
  bool begins() const { return part == ChunkPart::kFull || part == ChunkPart::kFirst; }
  bool ends() const { return part == ChunkPart::kFull || part == ChunkPart::kLast; }
};

// What chunks of a log look like.
struct ChunkForm {
  LogKind kind = LogKind::kManifest;
  uint32_t log_number = 0;   // of a write-ahead log: what its chunks carry
  uint8_t header_bytes = 0;  // 0: not known before the first chunk
};

enum class ChunkFound : uint8_t {
  kIntact,
  kZeros,    // a header of zeros, or zeros to the end of the file
  kEndMark,  // of a closed log
  kForeign,  // no chunk of this log: what an older one left in the file
  kBroken,   // cut, or does not match its checksum
};

// `bytes`: from where a chunk begins to the end of its block or of the file; not empty.
ChunkFound ParseChunk(Slice bytes, const ChunkForm& form, Chunk* chunk);

// Of what is no intact chunk, at this offset of its file: whether it is one of this log all the
// same, all of it there, whose bytes changed after they were written. False of a chunk that may
// have been cut, be it by what an older log left behind it, and of older content. `at_end`: `bytes`
// reach to the end of the file.
bool IsDamagedChunk(Slice bytes, const ChunkForm& form, uint64_t offset, bool at_end);

}  // namespace snaptree
