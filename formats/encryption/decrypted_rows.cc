#include "formats/encryption/decrypted_rows.h"

#include <algorithm>
#include <utility>

#include "base/cancel.h"
#include "formats/encryption/row_opener.h"
#include "formats/row_copy.h"
#include "formats/scan.h"

namespace snaptree {
namespace {

// Checks all of the container, and tells whether any row may be encrypted.
class FirstPass {
 public:
  FirstPass(Container& container, const KeyRing& keys) : container_(container), keys_(keys) {}

  Result<bool> Run(Progress* progress, Findings* findings) {
    if (progress != nullptr) progress->Begin("scan", "bytes", container_.info().bytes);
    const std::unique_ptr<ScanCursor> cursor = container_.OpenScan();
    for (;;) {
      const Result<std::span<const Row>> batch = cursor->NextBatch();
      if (!batch.ok()) return container_.Diagnose(batch.status());
      if (batch->empty()) break;
      SNAPTREE_TRY(TakeBatch(*batch));
      SNAPTREE_TRY(CheckCancelled());
      if (progress != nullptr)
        progress->done.store(cursor->bytes_read(), std::memory_order_relaxed);
    }
    if (Status s = cursor->Finish(findings); !s.ok()) return container_.Diagnose(std::move(s));
    return found_;
  }

 private:
  Status TakeBatch(std::span<const Row> rows) {
    Slice previous = previous_;
    for (const Row& row : rows) {
      if (!first_ && !(previous < row.key)) return OrderError();
      first_ = false;
      previous = row.key;
      found_ = found_ || MayBeEncrypted(row, keys_);
    }
    previous_.assign(previous);
    return {};
  }

  // The scan says it best: with offset and family.
  Status OrderError() {
    const Result<ScanResult> scan = ScanContainer(container_, {});
    if (!scan.ok()) return scan.status();
    return DataError("ChangedWhileReading", "the input was changed while it was read")
        .At(container_.info().path);
  }

  Container& container_;
  const KeyRing& keys_;
  std::string previous_;
  bool first_ = true;
  bool found_ = false;
};

Status OpenRows(const RowSource& source, Progress* progress, RowOpener* opener) {
  const Extent extent = source.extent();
  if (progress != nullptr) progress->Begin("decrypt", "bytes", extent.size());
  const std::unique_ptr<RowCursor> cursor = source.OpenCursor(extent);
  for (;;) {
    SNAPTREE_ASSIGN(const std::span<const Row> batch, cursor->NextBatch());
    if (batch.empty()) return {};
    for (const Row& row : batch) SNAPTREE_TRY(opener->Take(row));
    SNAPTREE_TRY(CheckCancelled());
    if (progress != nullptr)
      progress->done.store(batch.back().position - extent.begin, std::memory_order_relaxed);
  }
}

}  // namespace

Result<std::unique_ptr<Container>> DecryptRows(std::unique_ptr<Container> container,
                                               const KeyRing& keys, const DecryptOptions& options,
                                               Findings* findings) {
  const auto not_needed = [&] {
    findings->Note("keys_not_needed", "key files were given, and no row is encrypted",
                   container->info().path);
    return std::move(container);
  };
  Findings of_container;
  SNAPTREE_ASSIGN(const bool encrypted,
                  FirstPass(*container, keys).Run(options.progress, &of_container));
  if (!encrypted) return not_needed();
  const RowSource& source = container->rows();
  ContainerInfo info = container->info();
  SNAPTREE_ASSIGN(RowCopy copy,
                  RowCopy::Create(options.scratch_folder, source.name() + " (decrypted copy)",
                                  info.last_commit_ts));
  RowOpener opener(source, keys, options, &copy);
  SNAPTREE_TRY(OpenRows(source, options.progress, &opener));
  if (opener.encrypted() == 0) return not_needed();
  findings->Merge(of_container);
  findings->Merge(opener.findings());
  info.decrypted = true;
  info.origin.emplace_back(kOriginKeys, keys.IdsText());
  info.origin.emplace_back(kOriginDecryptedRows, std::to_string(opener.opened()));
  return copy.Finish(std::move(info));
}

std::string KeysAtHand(const ContainerInfo& info) {
  const auto found = std::find_if(info.origin.begin(), info.origin.end(),
                                  [](const auto& pair) { return pair.first == kOriginKeys; });
  return info.decrypted && found != info.origin.end() ? found->second : "";
}

std::vector<uint32_t> KeyIdsNotAtHand(const ContainerInfo& info, std::vector<uint32_t> ids) {
  const std::string at_hand = ", " + KeysAtHand(info) + ",";
  std::erase_if(ids, [&](uint32_t id) {
    return at_hand.find(", " + std::to_string(id) + ",") != std::string::npos;
  });
  return ids;
}

}  // namespace snaptree
