// One line of a bucket's _objects.jsonl (spec 08): the key and the path of an object, then the
// members of its sidecar.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/common/stored_json.h"
#include "base/result.h"

namespace snaptree::s3 {

inline constexpr Slice kLineKey = "key";
inline constexpr Slice kLinePath = "path";

// A sidecar's text, and a key of 1 MiB of control characters as JSON has them.
inline constexpr size_t kMaxObjectLineBytes = StoredJson::kMaxBytes + (size_t{8} << 20);

// How a path stands in a line: as it is, or, when it is no UTF-8, with '%' and two digits for '%'
// and for every byte that is not ASCII.
std::string PathText(Slice path);

struct ObjectLine {
  std::string key;
  std::string path;  // of the body, relative to the bucket's folder
};

// Reads both; what else the line says is ParseSidecar()'s. "S3EncodeInvalidSidecar", without a
// place.
Result<ObjectLine> ParseObjectLine(Slice line, StoredJson* json);

}  // namespace snaptree::s3
