#include "formats/footer_check.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/text.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

Result<uint32_t> StoredFooter(const InputFile& file, uint64_t at) {
  std::array<char, kFooterBytes> footer{};
  SNAPTREE_TRY(file.ReadExactlyAt(at, footer.data(), footer.size()));
  return LoadBe32(footer.data());
}

// What the file is with one bit flipped back. Another damage can have its checksum by chance.
std::optional<std::string> PlaceOfBit(const InputFile& file, BitPosition bit,
                                      const TryMended& try_mended) {
  Result<InputFile> flipped = file.WithFlippedBit(bit.offset, bit.bit);
  if (!flipped.ok()) return std::nullopt;
  return try_mended(std::make_shared<const InputFile>(*std::move(flipped)), bit);
}

}  // namespace

Result<uint32_t> FileCrc32c(const InputFile& file, Extent bytes, uint32_t crc) {
  constexpr uint64_t kPieceBytes = 256 << 10;
  std::string piece;
  for (uint64_t at = bytes.begin; at < bytes.end; at += piece.size()) {
    piece.resize(static_cast<size_t>(std::min(bytes.end - at, kPieceBytes)));
    SNAPTREE_TRY(file.ReadExactlyAt(at, piece.data(), piece.size()));
    crc = ExtendCrc32c(crc, piece);
  }
  return crc;
}

Result<uint32_t> CheckFooter(const InputFile& file, uint64_t at, uint32_t computed) {
  SNAPTREE_ASSIGN(const uint32_t stored, StoredFooter(file, at));
  if (stored == computed) return stored;
  return DataError("FsmChecksum", "the file's bytes do not match the checksum in its footer")
      .At(file.path(), at)
      .Expected("crc32c " + Hex32(stored) + " over " + std::to_string(at) + " bytes")
      .Found(Hex32(computed))
      .Next("copy the file again or take an older one; --salvage reads it as it is");
}

Status DiagnoseByFooter(const InputFile& file, Status damage, const TryMended& try_mended) {
  if (damage.kind() != ErrorKind::kData || file.size() < kFooterBytes) return damage;
  const uint64_t covered = file.size() - kFooterBytes;
  SNAPTREE_ASSIGN(const uint32_t computed, FileCrc32c(file, {0, covered}));
  SNAPTREE_ASSIGN(const uint32_t stored, StoredFooter(file, covered));
  ErrorInfo info = damage.info();
  if (stored == computed) {
    info.what += "; the footer's checksum matches, so the writer made this, not the disk";
  } else if (__builtin_bswap32(stored) == computed) {
    info.what += "; the footer holds the right value in little-endian order (footer_little_endian)";
  } else if (const auto bit = LocateSingleBitError(computed, stored, covered)) {
    const std::optional<std::string> place = PlaceOfBit(file, *bit, try_mended);
    if (!place) return damage;
    if (info.code != "FsmChecksum") info.what += "; the checksum does not match either";
    info.what += "; one flipped bit would explain it all: bit " + std::to_string(bit->bit) + *place;
    info.code = "FsmChecksum";
    info.offset = bit->offset;
  }
  return Status(std::move(info));
}

}  // namespace snaptree
