// The stored bytes of a large block, read from the file in pieces while they are unpacked, so that
// they never stand in memory beside what they unpack to.
#pragma once

#include <algorithm>
#include <string>

#include <snappy-sinksource.h>

#include "formats/table/block_checksum.h"

namespace snaptree {

class PackedStream : public snappy::Source {
 public:
  static constexpr size_t kPieceBytes = 256 << 10;

  // `size` bytes from `offset` of the file on; *room holds a piece of them.
  PackedStream(const InputFile& file, uint64_t offset, uint64_t size, BlockChecksum checksum,
               std::string* room)
      : file_(file), offset_(offset), left_(size), hasher_(checksum), room_(room) {}

  size_t Available() const override { return static_cast<size_t>(rest_.size() + left_); }
  const char* Peek(size_t* size) override {
    if (rest_.empty()) Refill();
    *size = rest_.size();
    return rest_.data();
  }
  void Skip(size_t n) override { rest_.remove_prefix(std::min(n, rest_.size())); }

  // What the unpacker left; then the checksum is of all bytes. Errors of reading.
  Status ReadToEnd() {
    while (left_ > 0 && status_.ok()) Refill();
    return status_;
  }
  const BlockHasher& hasher() const { return hasher_; }

 private:
  void Refill() {
    const auto n = static_cast<size_t>(std::min<uint64_t>(left_, kPieceBytes));
    room_->resize(n);
    status_ = file_.ReadExactlyAt(offset_, room_->data(), n);
    rest_ = status_.ok() ? Slice(*room_) : Slice();
    hasher_.Add(rest_);
    offset_ += n;
    left_ -= n;
  }

  const InputFile& file_;
  uint64_t offset_;
  uint64_t left_;  // not read yet
  BlockHasher hasher_;
  std::string* room_;
  Slice rest_;  // of the piece
  Status status_;
};

}  // namespace snaptree
