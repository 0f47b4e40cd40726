// A bundle behind the registry of containers.
#pragma once

#include <memory>
#include <optional>

#include "formats/bundle/bundle_rows.h"
#include "formats/container.h"
#include "formats/fsm_container.h"

namespace snaptree {

class BundleContainer : public Container {
 public:
  // Reads manifest and sizes. Errors as of OpenSstBundle(), not diagnosed.
  static Result<std::unique_ptr<BundleContainer>> Open(std::shared_ptr<const InputFile> file,
                                                       const FsmEnvelope& envelope,
                                                       ContainerInfo info, size_t memory_bytes);
  BundleContainer(std::shared_ptr<const InputFile> file, FsmEnvelope envelope,
                  BundleManifest manifest, ContainerInfo info, size_t memory_bytes);

  const ContainerInfo& info() const override { return info_; }
  const RowSource& rows() const override { return rows_; }
  std::optional<uint64_t> payload_end() const override { return rows_.manifest().end; }
  std::unique_ptr<ScanCursor> OpenScan() override;
  Status Diagnose(Status damage) const override;
  const BundleManifest& manifest() const { return rows_.manifest(); }

 private:
  FsmEnvelope envelope_;
  ContainerInfo info_;
  size_t memory_bytes_;
  BundleRows rows_;
};

// What manifest and envelope tell of the input.
ContainerInfo InfoOfBundle(const InputFile& file, const FsmEnvelope& envelope,
                           const BundleManifest& manifest, ContainerInfo info);

// As Container::Diagnose(), of a bundle that may not have been opened.
Status DiagnoseBundle(const InputFile& file, const FsmEnvelope& envelope, Status damage,
                      size_t memory_bytes);

}  // namespace snaptree
