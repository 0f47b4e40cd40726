// Reads a file of lines of the tree, however large it is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/common/line_reader.h"
#include "base/result.h"

namespace snaptree {

// Calls take() for each line, in the file's order; `lines` knows its number, and what it returns
// other than success ends the reading. That the file cannot be read is a collected error at its
// path.
using TakeTextLine = std::function<Status(Slice line, const LineReader& lines)>;
Status ReadLines(const EncodeContext& context, const std::string& path, uint64_t longest_line,
                 const TakeTextLine& take);

}  // namespace snaptree
