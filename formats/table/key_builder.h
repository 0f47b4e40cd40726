// Keys of a row block, put together from what each shares with the one before it (spec 01b
// section 2.3).
//
// Short keys are copied from the pieces of the block that they consist of: the key before has just
// been written, and what has just been written is slow to read in other widths. Keys of a batch
// stand in an arena of bounded size. A key that is larger than the arena is built over the one
// before it, so that long shared keys cost neither memory nor copies.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/slice.h"
#include "formats/table/byte_room.h"
#include "formats/table/row_block.h"

namespace snaptree {

inline constexpr size_t kKeyTrailerBytes = 8;

class KeyBuilder {
 public:
  KeyBuilder() { arena_.Reserve(kArenaBytes); }

  // The first key of a block shares nothing.
  void StartBlock();
  // Keys of the last batch are given up, but for the last one.
  void StartBatch() { used_ = 0; }

  // The encoded key before, with its trailer; empty at the beginning of a block.
  Slice previous() const { return previous_; }
  // Whether the key has room beside those of this batch. It always has when there are none.
  bool HasRoom(const EntryHead& head) const {
    return head.shared == 0 || head.shared + head.unshared <= arena_.size() - used_;
  }
  // Above 0: the raw key is greater than that of the one before; 0: it is the same. `bytes` are
  // those that the key does not share. REQUIRES: there is one before it; head.shared is not more
  // than it has; the key is not shorter than a trailer.
  int Compare(const EntryHead& head, const char* bytes) const;
  // The encoded key. REQUIRES: as above.
  Slice Build(const EntryHead& head, const char* bytes);
  // The key that was built is the previous one from now on; with `keep` it stays as it is for the
  // rest of the batch.
  void Take(Slice key, bool keep);

 private:
  static constexpr size_t kArenaBytes = 64 << 10;
  static constexpr size_t kLargeArena = size_t{1} << 20;  // is not kept for the next block
  static constexpr size_t kMaxPieces = 8;
  static constexpr uint64_t kShortKey = 1024;

  // Bytes [begin, end) of the key, in the block.
  struct Piece {
    const char* bytes;
    uint32_t begin;
    uint32_t end;
  };

  bool CutPieces(const EntryHead& head, const char* bytes);
  void CopyPieces(char* key) const;
  void CopyPrevious(size_t shared, size_t size);

  Slice previous_;  // in the block or in the arena
  std::array<Piece, kMaxPieces> pieces_{};
  size_t piece_count_ = 0;  // 0: not known
  ByteRoom arena_;
  size_t used_ = 0;
};

}  // namespace snaptree
