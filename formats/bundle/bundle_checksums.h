// The checksums of a bundle: SHA-256 of each table and CRC32C of all, worked out on another thread
// one table ahead of the rows that are read.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/file.h"
#include "base/task_thread.h"
#include "formats/bundle/bundle_manifest.h"

namespace snaptree {

class BundleChecksums {
 public:
  // Starts on the first table. File and manifest must outlive it.
  BundleChecksums(const InputFile& file, const BundleManifest& manifest);
  ~BundleChecksums();  // does not wait for the end of a table
  BundleChecksums(const BundleChecksums&) = delete;
  BundleChecksums& operator=(const BundleChecksums&) = delete;

  // The verdict on the next table, in order. "BundleMismatch", "Cancelled", errors of reading.
  Status Next();
  // The CRC32C of all bytes to the end of the last table. REQUIRES: Next() was called for all.
  Result<uint32_t> Finish();

 private:
  void Start();
  Status Check(size_t table);

  const InputFile& file_;
  const BundleManifest& manifest_;
  size_t next_ = 0;
  uint32_t crc_ = 0;
  Status verdict_;  // on the table next_
  std::atomic<bool> stopping_ = false;
  std::string piece_;
  TaskThread thread_{1};  // last: it uses all of the above
};

// The place of a table, for messages.
std::string AddressOfTable(const BundleManifest& manifest, size_t table);

}  // namespace snaptree
