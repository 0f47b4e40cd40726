// The objects of one bucket: heads, blobs and chunk references walked side by side, object by
// object (spec 04 chapters 3 to 5). Each object's chunk rows go by twice: first their keys and
// lengths, which tell whether the object is complete, then, if it is, their bytes.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "adapters/s3/s3_body_writer.h"
#include "adapters/s3/s3_cursor.h"
#include "adapters/s3/s3_key_map_file.h"
#include "adapters/s3/s3_manifest_parts.h"
#include "adapters/s3/s3_names.h"
#include "adapters/s3/s3_open_uploads.h"
#include "adapters/s3/s3_orphans.h"
#include "adapters/s3/s3_shared.h"
#include "adapters/s3/s3_sidecar_writer.h"

namespace snaptree::s3 {

class ObjectPass {
 public:
  explicit ObjectPass(Shared* shared);
  Status Start();

  // The next bucket that has rows here; empty at the end. The view lives until Run().
  Slice NextBucket() const;
  // Takes all rows of a bucket. names: knows the keys of the bucket's live heads; if there are
  // none, nobody asks it. Returns the number of objects that were written.
  Result<uint64_t> Run(const Bucket& bucket, NamePass* names);
  // After all buckets: tells what is wrong with the ETags.
  void ReportEtags() { bodies_.ReportEtags(); }

 private:
  // One object while its rows go by.
  struct Object {
    const Bucket* bucket = nullptr;
    std::string scope;   // BGO
    bool wanted = true;  // by the selection of records
    std::string key;
    PathKind kind = PathKind::kNatural;
    std::string path;          // in the tree
    bool with_sidecar = true;  // by the selection of records
    Extent head;               // its row
    ValueRef head_value;       // not resident
    std::optional<Manifest> manifest;
    std::optional<ManifestParts> parts;
    ObjectChunkRows rows;
    std::array<uint64_t, kChunkFamilies> own_rows{};  // that the manifest wants
    uint64_t own_chunks = 0;  // of the blobs among them, those of the right size
  };

  Slice NextScope(Slice bucket) const;
  Status RunObject(const Bucket& bucket, NamePass* names, Slice scope);
  Status TakeHead(Object* object, NamePass* names);
  Status TakeLiveHead(Object* object, NamePass* names);
  Status TakeChunks(Object* object, ChunkFamily family);
  Status TakeChunk(Object* object, ChunkFamily family, const Part* own);
  void CompareSize(Object* object, const Part& part);
  Status TakeForeign(const Object& object, ChunkFamily family);
  Status TakeUploadChunk(const Bucket& bucket, const S3Cursor& row);
  Status Exclude(const S3Cursor& row);

  Result<std::optional<MissingChunk>> FindMissing(const Object& object);
  Status Finish(Object* object);
  Status WriteObject(const Object& object);
  Status KeepIncomplete(const Object& object, const MissingChunk& missing);
  Status KeepRows(const Object& object, ChunkFamily family, const Status& why);

  Shared& shared_;
  S3Cursor heads_;
  std::array<S3Cursor, kChunkFamilies> chunks_;
  std::array<OpenUploads, kChunkFamilies> uploads_;  // each beside its family
  OrphanRows orphans_;
  BodyWriter bodies_;
  SidecarWriter sidecars_;
  KeyMapFile key_map_;
  uint64_t written_ = 0;

  // Of the chunk row before: the sizes of its part.
  const Part* size_part_ = nullptr;
  std::optional<ChunkSizes::Reader> sizes_;
};

}  // namespace snaptree::s3
