#include "formats/bundle/sst_bundle.h"

#include <algorithm>
#include <utility>

#include "formats/bundle/bundle_container.h"
#include "formats/bundle/bundle_salvage.h"
#include "formats/scan.h"

namespace snaptree {
namespace {

// For indexes and blocks: what a walk needs at a time is far less.
size_t MemoryForTables(const OpenInputOptions& options) {
  constexpr size_t kMost = size_t{64} << 20;
  return std::min(options.memory_bytes / 8, kMost);
}

// The bundle when it is whole.
Result<std::unique_ptr<BundleContainer>> OpenWhole(const Payload& payload, size_t memory_bytes) {
  SNAPTREE_ASSIGN(
      std::unique_ptr<BundleContainer> container,
      BundleContainer::Open(payload.file, payload.envelope, payload.info, memory_bytes));
  const Result<ScanResult> scan = ScanContainer(*container, {});
  if (!scan.ok()) return scan.status();
  return container;
}

}  // namespace

Status OpenSstBundle(Payload& payload) {
  const size_t memory_bytes = MemoryForTables(payload.options);
  const bool salvage = payload.options.salvage;
  Result<std::unique_ptr<BundleContainer>> container =
      salvage ? OpenWhole(payload, memory_bytes)
              : BundleContainer::Open(payload.file, payload.envelope, payload.info, memory_bytes);
  if (container.ok()) {
    payload.opened->container = *std::move(container);
    return {};
  }
  Status damage = std::move(container).status();
  if (!salvage || damage.kind() != ErrorKind::kData) {
    return DiagnoseBundle(*payload.file, payload.envelope, std::move(damage), memory_bytes);
  }
  SNAPTREE_ASSIGN(payload.opened->container, SalvageBundle(payload, memory_bytes, damage));
  return {};
}

}  // namespace snaptree
