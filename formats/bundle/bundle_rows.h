// The rows of a bundle's tables, in place.
#pragma once

#include <memory>
#include <string>

#include "formats/bundle/bundle_manifest.h"
#include "formats/row.h"
#include "formats/table/table_set.h"

namespace snaptree {

class BundleRows : public RowSource {
 public:
  BundleRows(std::shared_ptr<const InputFile> file, BundleManifest manifest,
             TableSetOptions options);

  const std::shared_ptr<const InputFile>& file() const { return file_; }
  const BundleManifest& manifest() const { return manifest_; }
  const TableSet& tables() const { return tables_; }
  TableRun run() const { return {0, manifest_.files.size()}; }
  // All addresses of one table.
  Extent AddressesOf(size_t table) const { return tables_.ExtentOf({table, table + 1}); }
  // Rows of some addresses, with their trailers.
  std::unique_ptr<EntryCursor> OpenEntries(Extent addresses) const {
    return tables_.OpenCursor(run(), addresses);
  }
  // Offset in the file of the block with this address.
  uint64_t OffsetOfBlock(uint64_t address) const {
    return manifest_.text.end + (address >> kAddressShift);
  }

  const std::string& name() const override { return file_->path(); }
  Extent extent() const override { return tables_.ExtentOf(run()); }
  std::unique_ptr<RowCursor> OpenCursor(Extent extent) const override {
    return OpenEntries(extent);
  }
  Status ReadValue(uint64_t value_position, uint64_t from, char* out, size_t n) const override {
    return tables_.ReadValue(value_position, from, out, n);
  }
  Result<Slice> View(uint64_t value_position, size_t n, ViewBuffer* buffer) const override {
    return tables_.View(value_position, n, buffer);
  }
  uint64_t OffsetOf(uint64_t row_position, uint64_t /*value_position*/) const override {
    return OffsetOfBlock(row_position);
  }

 private:
  const std::shared_ptr<const InputFile> file_;
  const BundleManifest manifest_;
  const TableSet tables_;
};

}  // namespace snaptree
