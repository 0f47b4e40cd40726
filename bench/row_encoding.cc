#include "bench/row_encoding.h"

#include <algorithm>
#include <array>
#include <bit>

namespace snaptree::bench {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

template <class T>
std::string BigEndian(T value) {
  std::string out(sizeof value, '\0');
  for (size_t i = out.size(); i-- > 0; value = static_cast<T>(value >> 8)) {
    out[i] = static_cast<char>(value & 0xff);
  }
  return out;
}

void AppendVarint(std::string* out, uint64_t value) {
  for (; value > 0x7f; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

}  // namespace

void AppendBe64(std::string* out, uint64_t value) { out->append(Be64(value)); }
std::string Be32(uint32_t value) { return BigEndian(value); }
std::string Be64(uint64_t value) { return BigEndian(value); }

void AppendDecimal(std::string* out, uint64_t value, int width) {
  const size_t start = out->size();
  out->resize(start + static_cast<size_t>(width));
  for (size_t i = out->size(); i-- > start; value /= 10) {
    (*out)[i] = static_cast<char>('0' + value % 10);
  }
}

std::string Decimal(uint64_t value, int width) {
  std::string out;
  AppendDecimal(&out, value, width);
  return out;
}

std::string Hex(uint64_t value) {
  std::string out(16, '0');
  for (size_t i = out.size(); i-- > 0; value >>= 4) out[i] = kHexDigits[value & 15];
  return out;
}

uint64_t SortableInt(int64_t value) {
  return static_cast<uint64_t>(value) ^ uint64_t { 1 } << 63;
}

uint64_t SortableDouble(double value) {
  const auto bits = std::bit_cast<uint64_t>(value == 0 ? 0.0 : value);
  return bits >> 63 ? ~bits : bits ^ uint64_t { 1 } << 63;
}

std::string Segment(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out.push_back(c);
    if (c == '\0') out.push_back('\xff');
  }
  return out.append({'\0', '\1'});
}

std::string Base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock adds a zero byte
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  out.pop_back();
  return out;
}

std::string Base64Url(std::string_view bytes) {
  std::string out = Base64(bytes);
  while (!out.empty() && out.back() == '=') out.pop_back();
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

std::string ProtoVarint(int field, uint64_t value) {
  std::string out(1, static_cast<char>(field << 3));
  AppendVarint(&out, value);
  return out;
}

std::string ProtoBytes(int field, std::string_view bytes) {
  std::string out(1, static_cast<char>(field << 3 | 2));
  AppendVarint(&out, bytes.size());
  return out.append(bytes);
}

Md5::Md5() : algorithm_(EVP_MD_fetch(nullptr, "MD5", nullptr)), context_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(context_.get(), algorithm_.get(), nullptr);
}

void Md5::Update(std::string_view bytes) {
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

std::string Md5::HexDigest() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
  EVP_DigestInit_ex(context_.get(), algorithm_.get(), nullptr);
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out.push_back(kHexDigits[digest[i] >> 4]);
    out.push_back(kHexDigits[digest[i] & 15]);
  }
  return out;
}

}  // namespace snaptree::bench
