// Writes the body of an object while its chunks are read, with the checks of spec 04 section 5.5
// that need its bytes. Reused from object to object; one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/s3/s3_chunk_reader.h"
#include "adapters/s3/s3_etag_queue.h"
#include "adapters/s3/s3_manifest.h"
#include "adapters/s3/s3_shared.h"
#include "base/shared_bytes.h"

namespace snaptree::s3 {

struct BodyFacts {
  uint64_t size = 0;
  std::vector<uint64_t> part_sizes;
};

class BodyWriter {
 public:
  explicit BodyWriter(Shared* shared);

  // REQUIRES: all chunks are there.
  Result<BodyFacts> Write(Slice path, const Manifest& manifest, ChunkReader* chunks);
  // The bytes of one part alone, in a file.
  Status WritePart(Slice path, const Part& part, ChunkReader* chunks);
  // After all objects: tells what is wrong with their ETags.
  void ReportEtags() { etags_.Report(&shared_.context.findings); }

 private:
  // size: of the body, when it is known.
  Status Begin(Slice path, std::optional<uint64_t> size);
  Result<uint64_t> AppendPart(const Part& part, ChunkReader* chunks);
  Status AppendChunk(const ValueRef& value);
  Status Flush();
  Status End();

  Shared& shared_;
  EtagQueue etags_;
  BytesPool pool_;

  // The file at hand.
  std::unique_ptr<TreeFile> file_;
  bool hash_ = false;
  std::shared_ptr<std::string> piece_;  // that collects
};

}  // namespace snaptree::s3
