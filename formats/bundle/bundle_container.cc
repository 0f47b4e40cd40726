#include "formats/bundle/bundle_container.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "formats/bundle/bundle_scan.h"
#include "formats/footer_check.h"
#include "formats/fsm_format.h"
#include "formats/scan.h"

namespace snaptree {
namespace {

// What stands at an offset, as DescribeOffset() says it of a stream of rows.
std::string PlaceInBundle(const BundleManifest& manifest, uint64_t payload_begin, uint64_t offset) {
  if (offset < payload_begin) return ", in the header";
  if (offset < manifest.text.begin) return ", in the head of the bundle";
  if (offset < manifest.text.end) return ", in the manifest";
  for (size_t i = 0; i < manifest.files.size(); ++i) {
    const BundleFile& file = manifest.files[i];
    if (offset >= file.region.end) continue;
    return ", in table " + BundleFileName(i) + " (raw keys " + Printable(file.smallest, 60) +
           " to " + Printable(file.largest, 60) + ")";
  }
  return ", in the footer";
}

// Exactly a footer stands behind the tables, or nothing (spec 01 section 1.5).
Status CheckEnd(const InputFile& file, const BundleManifest& manifest) {
  const uint64_t rest = file.size() - manifest.end;
  if (rest == 0 || rest == kFooterBytes) return {};
  return DataError("TrailingBytes", "bytes after the last table are not a footer")
      .At(file.path(), manifest.end)
      .Expected("4 bytes of footer")
      .Found(std::to_string(rest) + " bytes")
      .Next(
          "the file was cut or bytes were added: get it again from the node; --salvage reads its "
          "tables");
}

}  // namespace

ContainerInfo InfoOfBundle(const InputFile& file, const FsmEnvelope& envelope,
                           const BundleManifest& manifest, ContainerInfo info) {
  info.format =
      envelope.format + (envelope.format.empty() ? "" : "+") + std::string(kSstBundleMagic);
  info.bytes = file.size();
  info.hlc_ceiling_ms = envelope.hlc_ceiling_ms;
  info.raft_cutover_index = envelope.raft_cutover_index;
  info.last_commit_ts = manifest.last_commit_ts;
  info.metadata = StoreMetadata{
      std::max(manifest.min_retained_ts, manifest.pending_min_retained_ts), manifest.applied_index};
  return info;
}

Result<std::unique_ptr<BundleContainer>> BundleContainer::Open(
    std::shared_ptr<const InputFile> file, const FsmEnvelope& envelope, ContainerInfo info,
    size_t memory_bytes) {
  SNAPTREE_ASSIGN(BundleManifest manifest,
                  ReadBundleManifest(*file, envelope.payload_begin, /*cut=*/false));
  SNAPTREE_TRY(CheckEnd(*file, manifest));
  info = InfoOfBundle(*file, envelope, manifest, std::move(info));
  return std::make_unique<BundleContainer>(std::move(file), envelope, std::move(manifest),
                                           std::move(info), memory_bytes);
}

BundleContainer::BundleContainer(std::shared_ptr<const InputFile> file, FsmEnvelope envelope,
                                 BundleManifest manifest, ContainerInfo info, size_t memory_bytes)
    : envelope_(std::move(envelope)),
      info_(std::move(info)),
      memory_bytes_(memory_bytes),
      rows_(std::move(file), std::move(manifest), {memory_bytes, nullptr}) {}

std::unique_ptr<ScanCursor> BundleContainer::OpenScan() {
  return std::make_unique<BundleScanCursor>(rows_, envelope_.proven, &info_.crc32c);
}

Status BundleContainer::Diagnose(Status damage) const {
  return DiagnoseBundle(*rows_.file(), envelope_, std::move(damage), memory_bytes_);
}

Status DiagnoseBundle(const InputFile& file, const FsmEnvelope& envelope, Status damage,
                      size_t memory_bytes) {
  // Its SHA-256 holds: the footer could only say so again.
  if (damage.code() == "BundleTable") return damage;
  return DiagnoseByFooter(
      file, std::move(damage),
      [&](std::shared_ptr<const InputFile> mended, BitPosition bit) -> std::optional<std::string> {
        const auto whole = BundleContainer::Open(std::move(mended), envelope, {}, memory_bytes);
        if (!whole.ok() || !ScanContainer(**whole, {}).ok() || !(*whole)->info().crc32c) {
          return std::nullopt;
        }
        return PlaceInBundle((*whole)->manifest(), envelope.payload_begin, bit.offset);
      });
}

}  // namespace snaptree
