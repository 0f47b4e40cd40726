// Opens and scans a snapshot for a test, and walks what is in it.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "formats/open_input.h"
#include "formats/scan.h"
#include "formats/value_ref.h"
#include "formats/view_cursor.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

// What became of an input: `status` is the first error of opening or scanning.
struct OpenedSnapshot {
  Status status;
  OpenedInput input;  // container is null when opening failed
  ScanResult scan;    // empty unless status.ok()

  const RowSource& source() const { return input.container->rows(); }
  // A finding of opening or of scanning; null when there is none.
  const Finding* finding(const std::string& code) const {
    for (const Findings* findings : {&input.findings, &scan.findings}) {
      const auto found = findings->by_code().find(code);
      if (found != findings->by_code().end()) return &found->second;
    }
    return nullptr;
  }
};

inline OpenedSnapshot OpenPath(const std::string& path, const OpenInputOptions& options = {},
                               const ScanOptions& scan_options = {}) {
  OpenedSnapshot opened;
  Result<OpenedInput> input = OpenInput(path, options);
  if (!input.ok()) {
    opened.status = input.status();
    return opened;
  }
  opened.input = *std::move(input);
  Result<ScanResult> scan = ScanContainer(*opened.input.container, scan_options);
  if (scan.ok()) {
    opened.scan = *std::move(scan);
  } else {
    opened.status = scan.status();
  }
  return opened;
}

inline OpenedSnapshot OpenBytes(Slice bytes, const OpenInputOptions& options = {},
                                const ScanOptions& scan_options = {}) {
  const MemoryFile file(bytes);
  return OpenPath(file.path(), options, scan_options);
}

inline OpenedSnapshot SalvageBytes(Slice bytes) {
  OpenInputOptions options;
  options.salvage = true;
  return OpenBytes(bytes, options);
}

// A copy of a row, with the whole of its value.
inline StoredRow CopyOf(const RowSource& source, const Row& row) {
  StoredRow copy{std::string(row.key), std::string(row.value)};
  if (row.value.size() == row.value_size) return copy;
  copy.value.assign(row.value_size, '\0');
  const Status read = source.ReadValue(row.value_position, 0, copy.value.data(), copy.value.size());
  if (!read.ok()) throw std::runtime_error(read.Message());
  return copy;
}

inline std::vector<StoredRow> RowsIn(const RowSource& source, Extent extent) {
  std::vector<StoredRow> rows;
  const std::unique_ptr<RowCursor> cursor = source.OpenCursor(extent);
  for (;;) {
    const auto batch = cursor->NextBatch();
    if (!batch.ok()) throw std::runtime_error(batch.status().Message());
    if (batch->empty()) return rows;
    for (const Row& row : *batch) rows.push_back(CopyOf(source, row));
  }
}

inline std::vector<StoredRow> AllRows(const OpenedSnapshot& opened) {
  return RowsIn(opened.source(), opened.source().extent());
}

// Logical key to body, of all rows of a family that are live at the scan's read timestamp.
inline std::map<std::string, std::string> LiveRows(const OpenedSnapshot& opened, FamilyId family) {
  std::map<std::string, std::string> live;
  ViewCursor cursor(opened.source(), opened.scan, family);
  ViewRow row;
  std::string storage;
  for (;;) {
    const Result<bool> more = cursor.NextLive(&row);
    if (!more.ok()) throw std::runtime_error(more.status().Message());
    if (!*more) return live;
    const Result<Slice> body = LoadValue(opened.source(), row.body, &storage);
    if (!body.ok()) throw std::runtime_error(body.status().Message());
    if (!live.emplace(row.key, *body).second) throw std::runtime_error("a key is live twice");
  }
}

// The same of all families with MVCC rows.
inline std::map<std::string, std::string> LiveRows(const OpenedSnapshot& opened) {
  std::map<std::string, std::string> live;
  for (size_t i = 0; i < Families().size(); ++i) {
    const auto family = static_cast<FamilyId>(i);
    if (family != RawMetadataFamily() && family != RegistryFamily()) {
      live.merge(LiveRows(opened, family));
    }
  }
  return live;
}

}  // namespace snaptree::test
