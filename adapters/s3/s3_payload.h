// Numbers and texts one behind the other, as they travel through sorters. Private to the encoder.
#pragma once

#include <cstdint>
#include <string>

#include "base/coding.h"
#include "base/slice.h"

namespace snaptree::s3 {

inline void AppendText(std::string* out, Slice text) {
  AppendLe64(out, text.size());
  out->append(text);
}

// Reads what was written in this process: it cannot be short.
class PayloadReader {
 public:
  explicit PayloadReader(Slice payload) : reader_(payload) {}

  uint64_t Number() {
    uint64_t v = 0;
    reader_.ReadLe64(&v);
    return v;
  }
  Slice Bytes(uint64_t n) {
    Slice bytes;
    reader_.ReadBytes(n, &bytes);
    return bytes;
  }
  Slice Text() { return Bytes(Number()); }
  Slice rest() const { return reader_.rest(); }

 private:
  ByteReader reader_;
};

}  // namespace snaptree::s3
