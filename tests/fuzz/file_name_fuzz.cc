// Every key has one safe name that leads back to it; every name is refused or leads to a key.
#include <cstdlib>
#include <string>

#include "manifest/file_name_codec.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

void RequireSafe(const Segment& segment) {
  Require(segment.name.size() <= kMaxSegmentBytes);
  Require(segment.name.find('/') == std::string::npos);
  Require(segment.name.find('\0') == std::string::npos);
  Require(segment.is_fallback == HasFallbackShape(segment.name));
}

void RequireLeadsBack(const Segment& segment, Slice key) {
  RequireSafe(segment);
  const Result<std::string> decoded = DecodeSegment(segment.name);
  if (segment.is_fallback) {
    Require(segment.name == FallbackName(key));
    Require(!decoded.ok() && decoded.status().code() == "KeymapMissing");
  } else {
    Require(decoded.ok() && *decoded == key);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice input(reinterpret_cast<const char*>(data), size);
  RequireLeadsBack(EncodeSegment(input), input);
  RequireLeadsBack(EncodeBinarySegment(input), input);
  const Segment directory = EncodeDirectorySegment(input);
  RequireLeadsBack(directory, input);
  Require(!directory.name.empty() && directory.name != "." && directory.name != "..");

  const Result<std::string> decoded = DecodeSegment(input);
  if (decoded.ok()) {
    RequireLeadsBack(EncodeSegment(*decoded), *decoded);
  } else {
    Require(decoded.status().code() == "NameInvalid" || decoded.status().code() == "KeymapMissing");
  }
  return 0;
}
