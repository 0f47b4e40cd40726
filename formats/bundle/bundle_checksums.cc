#include "formats/bundle/bundle_checksums.h"

#include <algorithm>

#include "base/cancel.h"
#include "base/checksum.h"
#include "base/sha256.h"
#include "base/text.h"
#include "formats/footer_check.h"

namespace snaptree {
namespace {

constexpr uint64_t kPieceBytes = 256 << 10;  // stays in the second-level cache

}  // namespace

BundleChecksums::BundleChecksums(const InputFile& file, const BundleManifest& manifest)
    : file_(file), manifest_(manifest) {
  piece_.reserve(kPieceBytes);
  Start();
}

BundleChecksums::~BundleChecksums() { stopping_ = true; }

void BundleChecksums::Start() {
  if (next_ < manifest_.files.size() || next_ == 0) {
    thread_.Post([this] { verdict_ = Check(next_); });
  }
}

Status BundleChecksums::Next() {
  thread_.Wait();
  SNAPTREE_TRY(verdict_);
  ++next_;
  Start();
  return {};
}

Result<uint32_t> BundleChecksums::Finish() {
  thread_.Wait();
  SNAPTREE_TRY(verdict_);
  return crc_;
}

Status BundleChecksums::Check(size_t table) {
  if (table == 0) {
    SNAPTREE_ASSIGN(crc_, FileCrc32c(file_, {0, manifest_.text.end}));
    if (manifest_.files.empty()) return {};
  }
  const BundleFile& entry = manifest_.files[table];
  Sha256 sha256;
  for (uint64_t at = entry.region.begin; at < entry.region.end && !stopping_; at += piece_.size()) {
    SNAPTREE_TRY(CheckCancelled());
    piece_.resize(static_cast<size_t>(std::min(entry.region.end - at, kPieceBytes)));
    SNAPTREE_TRY(file_.ReadExactlyAt(at, piece_.data(), piece_.size()));
    sha256.Update(piece_);
    crc_ = ExtendCrc32c(crc_, piece_);
  }
  const Sha256Digest computed = sha256.Finish();
  if (computed == entry.sha256) return {};
  return DataError("BundleMismatch", "a table does not match its checksum")
      .At(file_.path(), entry.region.begin)
      .Address(AddressOfTable(manifest_, table))
      .Expected("sha256 " + Hex(AsSlice(entry.sha256)))
      .Found(Hex(AsSlice(computed)))
      .Next("copy the file again or take an older one; --salvage reads the blocks that are whole");
}

std::string AddressOfTable(const BundleManifest& manifest, size_t table) {
  return "table " + BundleFileName(table) + " (" +
         std::to_string(manifest.files[table].region.size()) + " bytes)";
}

}  // namespace snaptree
