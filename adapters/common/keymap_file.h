// Reads a KEYMAP.jsonl of the tree line by line (spec 07 chapter 3), however large it is.
#pragma once

#include <functional>

#include "adapters/common/encode_context.h"
#include "base/result.h"
#include "manifest/keymap.h"

namespace snaptree {

// Calls take(record, line number) for each good line, in the file's order; nothing happens when the
// file is not there, or is a folder (a listing tells of that). What is wrong with a line, blank
// lines included, is a collected error
// ("KeymapInvalid") at path and line; so is a data error of `take`, which need not name its place.
// Kinds, duplicates and names are the caller's affair.
using TakeKeymapRecord = std::function<Status(const KeymapRecord& record, uint64_t line)>;
Status ReadKeymapFile(const EncodeContext& context, Slice path, const TakeKeymapRecord& take);

}  // namespace snaptree
