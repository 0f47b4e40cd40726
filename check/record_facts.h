// What a tree says about the times of its records: when they were changed, when they expire. It
// stands in sidecars, in lists beside the records, or at the end of the records themselves (specs
// 02 chapter 4, 04 section 5.4, 06 section 4.4).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "check/json_scan.h"

#include "base/slice.h"
#include "base/status.h"

namespace snaptree {

// Unix milliseconds; nullopt: nothing is known, or there is none.
struct RecordFacts {
  std::optional<uint64_t> modified_ms;
  std::optional<uint64_t> expires_at_ms;
};

// What a file of a tree with one file for each record tells.
enum class FactSource : uint8_t {
  kNone,
  kCollection,  // of itself: a Redis hash, list, set or zset
  kStream,      // of itself: a Redis stream, in its last line
  kStringTtls,  // of Redis strings, a line each
  kHllTtls,     // of HyperLogLogs
  kSidecar,     // of one S3 object
  kInodes,      // of fs files, a line each
};
FactSource FactSourceOf(Slice path);
// The S3 object that a sidecar is about. REQUIRES: FactSourceOf(sidecar) is kSidecar.
Slice BodyOfSidecar(Slice sidecar);

// Reads one such file, front to back, in flat memory whatever its size.
class FactScan {
 public:
  // take(path of a record, facts), any number of times. Of a record that comes more than once the
  // last one counts. `path` is copied; take must outlive the scan.
  using Take = std::function<Status(Slice path, const RecordFacts& facts)>;
  FactScan(FactSource source, Slice path, const Take& take);
  FactScan(const FactScan&) = delete;
  FactScan& operator=(const FactScan&) = delete;

  Status Append(Slice bytes) { return json_.Append(bytes); }

 private:
  Status TakeObject();

  const FactSource source_;
  const std::string path_;
  const Take& take_;
  JsonScan json_;
};

}  // namespace snaptree
