// strings_ttl.jsonl and hll_ttl.jsonl (spec 02 section 4.4).
#pragma once

#include <functional>

#include "adapters/common/encode_context.h"

namespace snaptree::redis {

struct TtlLine {
  Slice canonical_name;       // how snaptree writes the key's name; lives until the next line
  bool is_canonical = true;   // it stands so in the line
  uint64_t expire_at_ms = 0;  // 0: none
};
// Calls take() for each line, in the file's order; nothing happens when the file is not there.
// Wrong lines are collected errors.
using TakeTtlLine = std::function<Status(const TtlLine&)>;
Status ReadTtlSidecar(const EncodeContext& context, Slice path, const TakeTtlLine& take);

// The name that snaptree gives to the key of a name without extension: fallback names are their
// own. "NameInvalid".
Status CanonicalName(Slice name, std::string* canonical);

}  // namespace snaptree::redis
