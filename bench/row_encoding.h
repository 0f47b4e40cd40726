// Encodings that rows of several families share: big-endian numbers, key segments, base64, protobuf
// fields, MD5 texts.
#pragma once

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace snaptree::bench {

void AppendBe64(std::string* out, uint64_t value);
std::string Be32(uint32_t value);
std::string Be64(uint64_t value);

// Decimal digits with leading zeros, so that byte order is numeric order.
void AppendDecimal(std::string* out, uint64_t value, int width);
std::string Decimal(uint64_t value, int width);
std::string Hex(uint64_t value);  // 16 digits

// The two orders-as-bytes of Redis rows: list sequence numbers and zset scores.
uint64_t SortableInt(int64_t value);
uint64_t SortableDouble(double value);

// bytes with 00 written as 00 ff, closed by 00 01: no segment is a prefix of another one.
std::string Segment(std::string_view bytes);

std::string Base64(std::string_view bytes);     // standard alphabet, padded
std::string Base64Url(std::string_view bytes);  // file name alphabet, no padding

std::string ProtoVarint(int field, uint64_t value);
std::string ProtoBytes(int field, std::string_view bytes);  // strings and sub-messages, too

// MD5 of a body that arrives in pieces. After HexDigest() it is ready for the next body.
class Md5 {
 public:
  Md5();
  void Update(std::string_view bytes);
  std::string HexDigest();

 private:
  struct Free {
    void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD, Free>
      algorithm_;  // fetched once: each fetch costs more than a short hash
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace snaptree::bench
