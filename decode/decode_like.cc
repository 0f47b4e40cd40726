#include "decode/decode_like.h"

namespace snaptree {

void DecodeLike(const Manifest& manifest, DecodeOptions* options) {
  options->extensions = !manifest.snaptree_version.empty();
  options->include_incomplete_uploads = manifest.include_incomplete_uploads;
  options->include_orphans = manifest.include_orphans;
  options->rename_s3_collisions = manifest.rename_s3_collisions;
  options->preserve_sqs_visibility = manifest.preserve_sqs_visibility;
  options->include_sqs_side_records = manifest.include_sqs_side_records;
}

}  // namespace snaptree
