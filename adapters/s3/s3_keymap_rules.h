// What a KEYMAP record of a bucket may say: spec 07 chapter 3, column S3.
#pragma once

#include "base/status.h"
#include "manifest/keymap.h"

namespace snaptree::s3 {

// "KeymapInvalid", "KeymapMismatch", without a place.
Status CheckKeymapRecord(const KeymapRecord& record);

}  // namespace snaptree::s3
