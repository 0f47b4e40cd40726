// What the options of `restore` say.
#pragma once

#include "restore/restore.h"

#include "base/result.h"
#include "cli/invocation.h"

namespace snaptree::cli {

// Usage errors: "ArgumentMissing", "OptionConflict", "OptionValue", "OptionRepeated",
// "PeersInvalid".
Result<RestoreOptions> RestoreOptionsOf(const Invocation& invocation);

}  // namespace snaptree::cli
