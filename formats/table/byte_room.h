// Room for bytes that are about to be written: kept from use to use, not filled with zeros.
#pragma once

#include <cstddef>
#include <memory>

namespace snaptree {

class ByteRoom {
 public:
  // At least n bytes. What was in them is lost when the room grows.
  char* Reserve(size_t n) {
    if (n > size_) {
      bytes_ = nullptr;  // first: never both at once
      bytes_ = std::make_unique_for_overwrite<char[]>(n);
      size_ = n;
    }
    return bytes_.get();
  }
  char* data() const { return bytes_.get(); }
  size_t size() const { return size_; }
  void Release() {
    bytes_ = nullptr;
    size_ = 0;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
};

}  // namespace snaptree
