#include "adapters/s3/s3_shared.h"

namespace snaptree::s3 {

void Tallies::Merge(const Tallies& other) {
  stale_heads.Merge(other.stale_heads);
  orphan_chunks.Merge(other.orphan_chunks);
  open_uploads.Merge(other.open_uploads);
  open_upload_parts.Merge(other.open_upload_parts);
  open_upload_chunks.Merge(other.open_upload_chunks);
  leftover_parts.Merge(other.leftover_parts);
  deleted_bucket_rows.Merge(other.deleted_bucket_rows);
  unreachable.Merge(other.unreachable);
  wrote_internal = wrote_internal || other.wrote_internal;
  wrote_object_lines = wrote_object_lines || other.wrote_object_lines;
  wrote_upload_data = wrote_upload_data || other.wrote_upload_data;
}

}  // namespace snaptree::s3
