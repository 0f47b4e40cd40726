#include "check/verify/verify.h"

#include "check/verify/verify_parts.h"

namespace snaptree {

Result<VerifyReport> Verify(const VerifyOptions& options) {
  SNAPTREE_ASSIGN(const WhatKind kind, WhatKindOf(options.what));
  return kind == WhatKind::kSnapshot ? VerifySnapshot(options) : VerifyTree(options, kind);
}

}  // namespace snaptree
