// What to say about an input that is not there.
#pragma once

#include <string>

#include "base/status.h"

namespace snaptree::cli {

// A "NotFound" of the input gets a next step, which names the snapshots that stand where it was
// looked for; any other error stays what it is.
Status WithNextStep(Status error, const std::string& input);

}  // namespace snaptree::cli
