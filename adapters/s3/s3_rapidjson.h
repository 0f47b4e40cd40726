// RapidJSON's reader as this adapter uses it: iterative, numbers as the text that stands there.
// Private to the .cc files that parse.
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

#include "manifest/json_writer.h"

namespace snaptree::s3 {

inline constexpr unsigned kJsonFlags =
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

// Handler events as calls of a JsonWriter. REQUIRES: strings are valid UTF-8.
class JsonForwarder {
 public:
  explicit JsonForwarder(JsonWriter* json) : json_(json) {}

  bool Null() { return json_->Null(), true; }
  bool Bool(bool v) { return json_->Bool(v), true; }
  bool RawNumber(const char* text, unsigned size, bool) { return json_->Raw({text, size}), true; }
  bool String(const char* text, unsigned size, bool) { return json_->String({text, size}), true; }
  bool Key(const char* text, unsigned size, bool) { return json_->Key({text, size}), true; }
  bool StartObject() { return json_->StartObject(), true; }
  bool EndObject(unsigned) { return json_->EndObject(), true; }
  bool StartArray() { return json_->StartArray(), true; }
  bool EndArray(unsigned) { return json_->EndArray(), true; }
  // Never called, since numbers stay text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  JsonWriter* json_;
};

}  // namespace snaptree::s3
