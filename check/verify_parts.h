// The two halves of Verify(): trees, wherever they are, and snapshots.
#pragma once

#include "check/verify.h"

namespace snaptree {

Result<VerifyReport> VerifyTree(const VerifyOptions& options, VerifiedKind kind);
Result<VerifyReport> VerifySnapshot(const VerifyOptions& options);

}  // namespace snaptree
