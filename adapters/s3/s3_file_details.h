// What is known of a file of s3/ before it is opened, in the form in which FileJobs carries it to a
// FileWorker.
#pragma once

#include <cstdint>
#include <string>

#include "base/slice.h"

namespace snaptree::s3 {

struct ObjectFile {
  uint32_t encoder = 0;  // of bodies
  bool has_sidecar = false;
  bool check_etags = true;
  bool use_mtime = false;
  bool expects_sidecar = true;  // the bucket comes from a snapshot
  Slice scope;                  // BGO
  uint64_t line = 0;            // number of the object's line in _objects.jsonl; 0: it has none
  Slice line_text;

  std::string Detail() const;
  // Views into the detail. REQUIRES: it came from Detail().
  static ObjectFile Of(Slice detail);
};

struct PartFile {
  uint32_t encoder = 0;
  bool check_etags = true;
  Slice scope;   // BGO
  Slice upload;  // its ID
  uint64_t number = 0;
  uint64_t version = 0;
  uint64_t size = 0;
  Slice etag;
  Slice record;        // value of the part's row
  Slice records_path;  // of the file that names the part

  std::string Detail() const;
  static PartFile Of(Slice detail);
};

// Which of the two a detail is.
bool IsPartDetail(Slice detail);

}  // namespace snaptree::s3
