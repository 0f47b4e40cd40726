// Shortcuts of encode tests: trees that keep records as lines (spec 08), and the way back.
#pragma once

#include "tests/support/encoded_rows.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

inline EncodedRows EncodeLines(const Files& files) {
  EncodeFilesOptions options;
  options.manifest.jsonl = true;
  options.manifest.dynamodb_jsonl = true;
  return EncodeFiles(files, options);
}

// What was encoded, to be decoded again.
inline SnapshotBuilder SnapshotOf(const EncodedRows& encoded) {
  SnapshotBuilder snapshot;
  snapshot.LastCommit(7000);
  for (const StoredRow& row : encoded.raw) snapshot.Raw(row.key, row.value);
  return snapshot;
}

}  // namespace snaptree::test
