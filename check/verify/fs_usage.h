// The counters of the filesystem (`!fs|usage`, spec 06 section 4.1) against its rows: files are
// inode rows, bytes are those of all chunk values. A node changes them with the rows.
#pragma once

#include "adapters/common/decode_context.h"
#include "adapters/common/tree_findings.h"

namespace snaptree {

// Problems: "IndexRowMismatch", "FsInvalidUsage". REQUIRES: the whole filesystem is in the inputs.
Status CheckFsUsage(const DecodeContext& context, TreeFindings* problems, Findings* findings);

}  // namespace snaptree
