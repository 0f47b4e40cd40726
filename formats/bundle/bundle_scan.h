// One pass over a bundle that checks all it says of itself (spec 01 chapter 3, 01b section 2.8).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "formats/bundle/bundle_checksums.h"
#include "formats/bundle/bundle_rows.h"
#include "formats/container.h"

namespace snaptree {

class BundleScanCursor : public ScanCursor {
 public:
  // `rows` must outlive it. *crc32c is set by Finish() once the footer has been verified.
  // `proven`: something outside of the file has proven all of its bytes.
  BundleScanCursor(const BundleRows& rows, bool proven, std::optional<uint32_t>* crc32c);

  Result<std::span<const Row>> NextBatch() override;
  uint64_t bytes_read() const override { return bytes_read_; }
  Status Finish(Findings* findings) override;

 private:
  Status BeginTable();
  Status TakeRows(std::span<const Row> rows);
  Status EndTable();
  Status CheckTrailer(const Row& row, uint64_t trailer) const;
  Status CheckTotals() const;
  Status Explain(const Status& damage) const;
  Status Mismatch(const char* what) const;
  Status WrongTable(std::string what, uint64_t offset) const;

  const BundleRows& rows_;
  bool proven_;
  std::optional<uint32_t>* crc32c_;
  std::unique_ptr<EntryCursor> cursor_;  // of the table at hand; null: none is begun
  size_t table_ = 0;
  std::string last_key_;  // of the table at hand
  uint64_t last_trailer_ = 0;
  uint64_t table_rows_ = 0;     // so far
  uint64_t table_entries_ = 0;  // as its properties say
  uint64_t total_rows_ = 0;
  uint64_t total_bytes_ = 0;
  uint64_t bytes_read_ = 0;
  BundleChecksums checksums_;  // last: its thread ends first
};

}  // namespace snaptree
