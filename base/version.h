// The version of this build; CMake sets it from the project's version.
#pragma once

namespace snaptree {

inline constexpr const char* kVersion = SNAPTREE_VERSION;

}  // namespace snaptree
