// What differs between the records of any two of snapshot, data directory, tree, archive, as a
// library call. Both sides become streams of (address, size, digest) in the order of addresses,
// sorted beyond memory, and the two are merged; memory is the same whatever their size.
//
// MANIFEST.json, SALVAGE.json and CHECKSUMS tell of the run that made a tree: they are not
// compared.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "check/diff/json_fields.h"
#include "check/records.h"

#include "adapters/common/address_filter.h"
#include "base/progress.h"
#include "base/result.h"

namespace snaptree {

enum class RecordChange : char { kChanged = '~', kAdded = '+', kRemoved = '-' };

// Of files that hold a record a line. A record is what its line is called by: a Redis key, a
// message id.
struct LineDifferences {
  uint64_t changed = 0;
  uint64_t added = 0;
  uint64_t removed = 0;
  struct Named {
    RecordChange change = RecordChange::kChanged;
    std::string name;  // JSON text
  };
  std::vector<Named> first;  // at most kMaxNamed

  static constexpr size_t kMaxNamed = 10;
  uint64_t Sum() const { return changed + added + removed; }
};

struct RecordDifference {
  RecordChange change = RecordChange::kChanged;
  std::string address;
  uint64_t size_a = 0;  // bytes; 0 where it is not
  uint64_t size_b = 0;
  // Of changed records, as far as they were compared; see DiffReport::not_compared.
  FieldDifferences fields;
  LineDifferences lines;
  // A changed document or file of lines says the same: it is only written in another way.
  bool same_content = false;
  // Of removed Redis keys: when they expired, if that was before what B is of. Unix milliseconds.
  std::optional<uint64_t> expired_at_ms;
  uint64_t as_of_ms = 0;     // what B is of, with expired_at_ms
  std::string content_type;  // of added S3 objects
};

struct DiffCounts {
  uint64_t changed = 0;
  uint64_t added = 0;
  uint64_t removed = 0;
  uint64_t same = 0;

  uint64_t Different() const { return changed + added + removed; }
};

// A table, a bucket, a queue, a Redis type.
struct DiffScope {
  std::string adapter;  // the first folder of its addresses
  std::string name;     // "dynamodb/orders"; names of single files too
  DiffCounts counts;
};

struct DiffOptions {
  std::string a;  // as in WhatKindOf(); at most one of the two is "-"
  std::string b;
  std::optional<uint64_t> at_a;  // HLC
  std::optional<uint64_t> at_b;
  std::vector<std::string> adapters;  // names of AdapterName(); empty: all
  AddressFilterOptions filter;
  bool force = false;    // read before the retained window
  InputChoice input;     // of both
  bool salvage = false;  // go on past damage
  // Also what is in records. At most kMaxCompared records and kMaxComparedBytes of documents are
  // read once more for it; files of lines are compared whatever their size.
  bool details = true;
  unsigned threads = 1;
  uint64_t memory_bytes = uint64_t{512} << 20;
  std::string scratch_folder;  // empty: the system's
  Progress* progress = nullptr;

  // Called for each difference, by address. May be empty.
  std::function<Status(const RecordDifference&)> take;
  // Called for each scope that holds anything, in the order of addresses. May be empty.
  std::function<Status(const DiffScope&)> take_scope;

  static constexpr uint64_t kMaxCompared = 10000;
  static constexpr uint64_t kMaxComparedBytes = uint64_t{64} << 20;
  static constexpr uint64_t kMaxDocumentBytes = uint64_t{1} << 20;  // of one
};

struct DiffReport {
  DiffCounts counts;
  RecordsReport a;
  RecordsReport b;
  std::vector<AddressFilter::Unmatched> unmatched;  // patterns that stand for nothing on both sides
  // Documents that differ and were not compared member by member, there being too many.
  uint64_t not_compared = 0;

  bool complete() const { return a.complete && b.complete; }
};

// Errors are those of reading either side ("AtNeedsSnapshot" among them), and of take().
Result<DiffReport> Diff(const DiffOptions& options);

}  // namespace snaptree
