// EKVSSTI1: a snapshot as a bundle of Pebble tables (spec 01 chapter 3, 01b section 2.8).
#pragma once

#include "formats/payload.h"

namespace snaptree {

// Opens the bundle behind the envelope: manifest, sizes, footer's place; tables are read by the
// scan. "BundleVersion", "BundleManifest", "BundleMismatch", "PayloadTruncated", "TrailingBytes";
// of the scan: "BundleTable", "BundleMismatch", "FsmChecksum", errors of formats/table/.
Status OpenSstBundle(Payload& payload);

}  // namespace snaptree
