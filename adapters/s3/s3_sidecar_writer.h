// Writes what is known of an object beside its bytes (spec 04 section 5.4): as a file beside the
// body, or as a line of the bucket's _objects.jsonl (spec 08). Reused from object to object; one
// thread.
#pragma once

#include "adapters/common/json_value.h"
#include "adapters/s3/s3_body_writer.h"
#include "adapters/s3/s3_manifest.h"
#include "adapters/s3/s3_shared.h"
#include "manifest/json_writer.h"

namespace snaptree::s3 {

class SidecarWriter {
 public:
  explicit SidecarWriter(Shared* shared);

  // folder: of the bucket, "s3/photos/".
  void Begin(Slice folder);
  // Keys ascend. path: of the body, relative to the folder.
  Status Write(Slice key, Slice path, const Manifest& manifest, const BodyFacts& facts);
  Status End();

 private:
  Status WriteLine(Slice key, Slice path, const Manifest& manifest, const BodyFacts& facts);
  void WriteMembers(JsonWriter* json, const Manifest& manifest, const BodyFacts& facts) const;

  Shared& shared_;
  JsonWriter json_;  // of files
  JsonFile lines_;
  std::string folder_;
  bool has_lines_ = false;
};

}  // namespace snaptree::s3
