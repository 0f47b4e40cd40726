// EKVMVCC2: the snapshot of the in-memory store of before 2026-03-22, a list of versions for each
// key (spec 01 chapter 4).
#pragma once

#include "formats/payload.h"

namespace snaptree {

// Checks the whole payload, then sorts its versions into the order of raw keys: a row stream in
// scratch. "VersionListsVersion", "MvccChecksum", "VersionOrder", "RowOrder", "RowDuplicate",
// "RowLength", "PayloadTruncated", "TrailingBytes", "FsmChecksum". With --salvage all that stands
// before the first damage is read: this form has nothing by which to find its way again behind it.
Status OpenVersionLists(Payload& payload);

}  // namespace snaptree
