// Writes the files of one object: the body while its chunks are read, with the checks of spec 04
// section 5.5 that need its bytes, and the sidecar (5.4). Reused from object to object; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/s3/s3_chunk_reader.h"
#include "adapters/s3/s3_etag_queue.h"
#include "adapters/s3/s3_manifest.h"
#include "adapters/s3/s3_shared.h"
#include "base/shared_bytes.h"
#include "manifest/json_writer.h"

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
  Status WriteSidecar(Slice path, const Manifest& manifest, const BodyFacts& facts);
  // The bytes of one part alone, in a file.
  Status WritePart(Slice path, const Part& part, ChunkReader* chunks);
  // After all objects: tells what is wrong with their ETags.
  void ReportEtags() { etags_.Report(&shared_.context.findings); }

 private:
  Status Begin(Slice path);
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

  JsonWriter json_;
};

}  // namespace snaptree::s3
