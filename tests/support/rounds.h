// How often a test with random input tries.
#pragma once

#include <cstdint>

namespace snaptree::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
inline constexpr bool kSanitized =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool kSanitized = false;
#endif

// A sanitized build, which is many times slower, takes a fourth: the release build takes them all.
constexpr uint64_t Rounds(uint64_t all) { return kSanitized ? (all + 3) / 4 : all; }

}  // namespace snaptree::test
