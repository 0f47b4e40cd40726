// The two halves of Verify(): trees, wherever they are, and snapshots.
#pragma once

#include "check/verify/verify.h"

namespace snaptree {

Result<VerifyReport> VerifyTree(const VerifyOptions& options, WhatKind kind);
Result<VerifyReport> VerifySnapshot(const VerifyOptions& options);

}  // namespace snaptree
