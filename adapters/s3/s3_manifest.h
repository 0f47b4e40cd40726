// The manifest of an object (value of a head row) and the record of an uploaded part (spec 04
// sections 2.3 and 2.4).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/s3/s3_chunk_sizes.h"
#include "adapters/s3/s3_extra_members.h"
#include "base/result.h"
#include "formats/value_ref.h"

namespace snaptree::s3 {

struct Part {
  uint64_t number = 0;
  std::string etag;
  uint64_t size_bytes = 0;
  uint64_t chunk_count = 0;
  ChunkSizes chunk_sizes;
  uint64_t part_version = 0;       // of the blob keys
  uint64_t chunk_ref_version = 0;  // of the chunkref keys
  bool offloaded = false;          // chunks are chunkref rows

  // What live reads by is chunk_sizes; without it, chunk_count is all that is known (section 5.5).
  uint64_t chunks() const { return chunk_sizes.empty() ? chunk_count : chunk_sizes.count(); }
  // The last field of the keys of its chunks, 0 for none. chunk_ref_version means nothing in a part
  // that is not offloaded (section 2.4).
  uint64_t row_version() const { return offloaded ? chunk_ref_version : part_version; }
};

struct Manifest {
  std::string upload_id;
  std::string etag;
  uint64_t size_bytes = 0;
  uint64_t last_modified_hlc = 0;
  std::string content_type;
  std::string content_encoding;
  std::string cache_control;
  std::string content_disposition;
  std::map<std::string, std::string> user_metadata;
  std::vector<Part> parts;
  ExtraMembers extra;
  std::vector<std::string> unknown_part_members;  // names; a few

  bool HasOffloadedParts() const;
  // Part numbers ascend, as they do in all that live wrote: chunks come in the order of the rows.
  bool PartsAscend() const;
};

// Reads in pieces: a manifest of any size needs little more memory than its chunk sizes, which are
// kept packed. `S3InvalidManifest`, without a place; or an error of reading.
Result<Manifest> ParseManifest(const RowSource& source, const ValueRef& value);
// `S3InvalidPart`. names of unknown members are added to *unknown.
Result<Part> ParsePart(const RowSource& source, const ValueRef& value,
                       std::vector<std::string>* unknown);

}  // namespace snaptree::s3
