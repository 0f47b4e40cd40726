// RapidJSON's reader as adapters use it: iterative, numbers as the text that stands there. Private
// to the .cc files that parse.
#pragma once

// RapidJSON's stack adds its first push to a null pointer before it looks whether there is room. It
// is then found to have none, so the sum is harmless, but clang's sanitizer stops at it.
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#ifdef __clang__
#pragma clang attribute pop
#endif

#include <cstdlib>
#include <new>

namespace snaptree {

inline constexpr unsigned kJsonTextFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;

// Memory that is refused ends the run as operator new's does; RapidJSON's own allocator hands out
// the null pointer.
class JsonAllocator {
 public:
  void* Malloc(size_t size) { return Realloc(nullptr, 0, size); }
  void* Realloc(void* old, size_t, size_t size) {
    if (size == 0) {
      std::free(old);
      return nullptr;
    }
    void* memory = std::realloc(old, size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
  }
  static void Free(void* memory) { std::free(memory); }
};

using JsonReader = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, JsonAllocator>;

// Those parts of RapidJSON's handler concept that are never called, since numbers stay text.
struct NumbersStayText {
  static bool Int(int) { return false; }
  static bool Uint(unsigned) { return false; }
  static bool Int64(int64_t) { return false; }
  static bool Uint64(uint64_t) { return false; }
  static bool Double(double) { return false; }
};

}  // namespace snaptree
