// What there is to say about one object: the checks of spec 04 section 5.5 that do not keep it from
// being written.
#pragma once

#include <string>
#include <vector>

#include "adapters/s3/s3_body_writer.h"
#include "adapters/s3/s3_manifest.h"
#include "adapters/s3/s3_shared.h"

namespace snaptree::s3 {

void ReportObject(Shared* shared, Slice path, const Manifest& manifest, const BodyFacts& facts);

// Members that no version of today knows, each name once a bucket. kept: they stand in x_extra.
void ReportUnknownMember(Shared* shared, Slice name, Slice address, bool kept);

}  // namespace snaptree::s3
