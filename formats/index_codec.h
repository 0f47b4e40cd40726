// A scan result as bytes and back, for index_file.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/coding.h"
#include "base/slice.h"
#include "formats/scan.h"

namespace snaptree {

class IndexWriter {
 public:
  void Number(uint64_t v) { AppendBe64(&bytes_, v); }
  void Text(Slice text) {
    Number(text.size());
    bytes_ += text;
  }
  void Optional(const std::optional<uint64_t>& v) {
    Number(v ? 1 : 0);
    Number(v.value_or(0));
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// What is missing reads as 0 and empty; good() tells.
class IndexReader {
 public:
  explicit IndexReader(Slice bytes) : reader_(bytes) {}

  uint64_t Number() {
    uint64_t v = 0;
    good_ = good_ && reader_.ReadBe64(&v);
    return v;
  }
  Slice Text() {
    Slice text;
    good_ = good_ && reader_.ReadBytes(Number(), &text);
    return text;
  }
  std::optional<uint64_t> Optional() {
    const bool there = Number() != 0;
    const uint64_t v = Number();
    return there ? std::optional<uint64_t>(v) : std::nullopt;
  }
  // The length of a list whose elements take so many bytes at least.
  uint64_t Count(uint64_t least_bytes) {
    const uint64_t count = Number();
    good_ = good_ && count <= reader_.size() / least_bytes;
    return good_ ? count : 0;
  }
  void Fail() { good_ = false; }
  bool good() const { return good_; }
  bool AtEnd() const { return good_ && reader_.empty(); }

 private:
  ByteReader reader_;
  bool good_ = true;
};

void AppendScan(const ScanResult& scan, IndexWriter* out);
// False: it is none of a file whose rows stand there.
bool ReadScan(IndexReader* in, Extent rows, ScanResult* scan);

}  // namespace snaptree
