// "Did you mean": which known names a mistyped one may stand for.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/slice.h"

namespace snaptree::cli {

// At most three names that are near enough to be meant, nearest first.
std::vector<Slice> NearestNames(Slice given, std::span<const Slice> names);

// "did you mean A, B or C?"; empty when nothing is near.
std::string NearestHint(Slice given, std::span<const Slice> names);

std::string JoinNames(std::span<const Slice> names, Slice separator);

}  // namespace snaptree::cli
