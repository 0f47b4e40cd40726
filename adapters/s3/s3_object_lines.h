// Reads the _objects.jsonl of a bucket, however large it is (spec 08). People edit it: lines may
// stand in any order.
#pragma once

#include <cstdint>
#include <functional>

#include "adapters/common/encode_context.h"
#include "adapters/s3/s3_object_line.h"

namespace snaptree::s3 {

// Calls take() for each line that names an object, in the file's order. What is wrong with others
// is a collected error at path and line; blank lines are left out.
using TakeObjectLine = std::function<Status(const ObjectLine& line, Slice text, uint64_t number)>;
Status ReadObjectLines(const EncodeContext& context, const std::string& path,
                       const TakeObjectLine& take);

}  // namespace snaptree::s3
