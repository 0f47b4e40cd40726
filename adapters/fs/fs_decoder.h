// Filesystem rows to fs/ (spec 06 chapter 4).
//
//   tree/            the root directory, with the real content of files; holes stay holes
//   inodes.jsonl     what a file system would keep in inodes: a line for each live one
//   KEYMAP.jsonl     names that cannot be reversed
//   _orphans/        content without a place in the tree
//
// Everything that is joined goes through sorters, so memory is bounded whatever the number of
// inodes, the depth of the tree or the size of a file.
#pragma once

#include "adapters/common/decode_context.h"

namespace snaptree::fs {

struct FsOptions {
  bool include_orphans = false;  // also files that were deleted while they were open
};

Result<AdapterTotals> DecodeFs(const DecodeContext& context, const FsOptions& options);

}  // namespace snaptree::fs
