#include "formats/table/key_builder.h"

#include <algorithm>
#include <cstring>

namespace snaptree {
namespace {

// As memcpy, without a call for what keys usually are.
inline void CopyShort(char* to, const char* from, size_t n) {
  if (n > 32) {
    std::memcpy(to, from, n);
  } else if (n >= 16) {
    std::memcpy(to, from, 16);
    std::memcpy(to + n - 16, from + n - 16, 16);
  } else if (n >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + n - 8, from + n - 8, 8);
  } else if (n >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + n - 4, from + n - 4, 4);
  } else {
    for (size_t i = 0; i < n; ++i) to[i] = from[i];
  }
}

}  // namespace

void KeyBuilder::StartBlock() {
  previous_ = {};
  piece_count_ = 0;
  used_ = 0;
  if (arena_.size() <= kLargeArena) return;
  arena_.Release();
  arena_.Reserve(kArenaBytes);
}

int KeyBuilder::Compare(const EntryHead& head, const char* bytes) const {
  const size_t before = previous_.size() - kKeyTrailerBytes;
  const size_t now = static_cast<size_t>(head.shared + head.unshared) - kKeyTrailerBytes;
  const size_t both = std::min(before, now);
  if (head.shared < both) {
    const auto shared = static_cast<size_t>(head.shared);
    const char* theirs = previous_.data() + shared;
    if (piece_count_ > 0) {
      // Usually the first byte that is not shared decides, and stands in the last piece.
      const Piece& last = pieces_[piece_count_ - 1];
      const char* const byte =
          last.begin <= shared && shared < last.end ? last.bytes + (shared - last.begin) : theirs;
      const int order = static_cast<uint8_t>(*bytes) - static_cast<uint8_t>(*byte);
      if (order != 0) return order;
    }
    const int order = std::memcmp(bytes, theirs, both - shared);
    if (order != 0) return order;
  }
  if (now == before) return 0;
  return now > before ? 1 : -1;
}

// Makes the pieces those of the new key; false: they are not known.
bool KeyBuilder::CutPieces(const EntryHead& head, const char* bytes) {
  const uint64_t size = head.shared + head.unshared;
  if (head.shared == 0) piece_count_ = 0;
  if (size > kShortKey || (head.shared > 0 && piece_count_ == 0)) {
    piece_count_ = 0;
    return false;
  }
  const auto shared = static_cast<uint32_t>(head.shared);
  while (piece_count_ > 0 && pieces_[piece_count_ - 1].begin >= shared) --piece_count_;
  if (piece_count_ == kMaxPieces) {
    piece_count_ = 0;
    return false;
  }
  if (piece_count_ > 0) pieces_[piece_count_ - 1].end = shared;
  pieces_[piece_count_++] = {bytes, shared, static_cast<uint32_t>(size)};
  return true;
}

void KeyBuilder::CopyPieces(char* key) const {
  for (size_t i = 0; i < piece_count_; ++i) {
    const Piece& piece = pieces_[i];
    CopyShort(key + piece.begin, piece.bytes, piece.end - piece.begin);
  }
}

// The shared bytes of a key that is long, or of many pieces.
void KeyBuilder::CopyPrevious(size_t shared, size_t size) {
  if (size > arena_.size() - used_) {
    ByteRoom larger;
    std::memcpy(larger.Reserve(2 * size), previous_.data(), shared);
    arena_ = std::move(larger);
  } else if (previous_.data() != arena_.data() + used_) {
    std::memmove(arena_.data() + used_, previous_.data(), shared);
  }
}

Slice KeyBuilder::Build(const EntryHead& head, const char* bytes) {
  const auto shared = static_cast<size_t>(head.shared);
  const auto unshared = static_cast<size_t>(head.unshared);
  const bool has_pieces = CutPieces(head, bytes);
  if (shared == 0) return {bytes, unshared};
  if (has_pieces) {
    char* const key = arena_.data() + used_;
    CopyPieces(key);
    return {key, shared + unshared};
  }
  CopyPrevious(shared, shared + unshared);
  char* const key = arena_.data() + used_;
  std::memcpy(key + shared, bytes, unshared);
  return {key, shared + unshared};
}

void KeyBuilder::Take(Slice key, bool keep) {
  previous_ = key;
  if (keep && key.data() == arena_.data() + used_) used_ += key.size();
}

}  // namespace snaptree
