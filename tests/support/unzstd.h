// Unpacks compressed test data, apart from formats/: with zstd's own whole-frame call.
#pragma once

#include <string>

#include "base/slice.h"

namespace snaptree::test {

// Throws when `frame` is not one whole frame.
std::string Unzstd(Slice frame);

}  // namespace snaptree::test
