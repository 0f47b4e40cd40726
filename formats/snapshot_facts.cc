#include "formats/snapshot_facts.h"

#include <algorithm>

#include <isa-l/crc64.h>

#include "base/cancel.h"
#include "base/checksum.h"
#include "base/text.h"

namespace snaptree {
namespace {

constexpr size_t kPieceBytes = 1 << 20;
constexpr size_t kMaxListed = 64;

std::string Hex64(uint64_t v) {
  return Hex32(static_cast<uint32_t>(v >> 32)) + Hex32(static_cast<uint32_t>(v));
}

Status Mismatch(const SnapshotFacts& facts, const InputFile& file, const std::string& what,
                const std::string& expected, const std::string& found) {
  return DataError(facts.error_code,
                   "the file's " + what + " is not the one that stands in " + facts.document)
      .At(file.path())
      .Expected(expected)
      .Found(found)
      .Next("copy the file again, or find the one that belongs to it; --salvage reads it as it is");
}

struct Checksums {
  explicit Checksums(const SnapshotFacts& asked) : facts(asked) {}

  void Update(Slice bytes) {
    if (facts.sha256) sha256.Update(bytes);
    if (facts.crc32c) crc32c = ExtendCrc32c(crc32c, bytes);
    if (facts.crc64_xz) crc64 = crc64_ecma_refl(crc64, Bytes(bytes), bytes.size());
  }
  Status Check(const InputFile& file) {
    if (facts.sha256) {
      const Sha256Digest digest = sha256.Finish();
      if (digest != *facts.sha256) {
        return Mismatch(facts, file, "SHA-256", Hex(AsSlice(*facts.sha256)), Hex(AsSlice(digest)));
      }
    }
    if (facts.crc32c && *facts.crc32c != crc32c)
      return Mismatch(facts, file, "CRC32C", Hex32(*facts.crc32c), Hex32(crc32c));
    if (facts.crc64_xz && *facts.crc64_xz != crc64)
      return Mismatch(facts, file, "CRC-64", Hex64(*facts.crc64_xz), Hex64(crc64));
    return {};
  }

  const SnapshotFacts& facts;
  Sha256 sha256;
  uint32_t crc32c = 0;
  uint64_t crc64 = 0;
};

template <class T, class ToText>
std::string Listed(const std::vector<T>& items, ToText to_text) {
  std::string list;
  for (size_t i = 0; i < std::min(items.size(), kMaxListed); ++i)
    list += (i == 0 ? "" : ", ") + to_text(items[i]);
  if (items.size() > kMaxListed) list += ", and " + std::to_string(items.size() - kMaxListed);
  return list;
}

}  // namespace

Status CheckFacts(const SnapshotFacts& facts, const InputFile& file, Progress* progress) {
  if (facts.size && *facts.size != file.size()) {
    return Mismatch(facts, file, "size", std::to_string(*facts.size) + " bytes",
                    std::to_string(file.size()));
  }
  if (progress != nullptr) progress->Begin("verify", "bytes", file.size());
  Checksums checksums(facts);
  std::string piece;
  for (uint64_t at = 0; at < file.size(); at += piece.size()) {
    SNAPTREE_TRY(CheckCancelled());
    piece.resize(static_cast<size_t>(std::min<uint64_t>(file.size() - at, kPieceBytes)));
    SNAPTREE_TRY(file.ReadExactlyAt(at, piece.data(), piece.size()));
    checksums.Update(piece);
    if (progress != nullptr) progress->done.store(at, std::memory_order_relaxed);
  }
  return checksums.Check(file);
}

std::string OriginList(const std::vector<std::string>& items) {
  return Listed(items, [](const std::string& item) { return Printable(item, 100); });
}

std::string OriginList(const std::vector<uint64_t>& items) {
  return Listed(items, [](uint64_t item) { return std::to_string(item); });
}

}  // namespace snaptree
