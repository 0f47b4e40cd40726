#include "cli/count_text.h"

#include "base/text.h"

namespace snaptree::cli {

std::string Counted(uint64_t n, Slice one, Slice many) {
  return Thousands(n).append(" ").append(n == 1 ? one : many);
}

std::string Counted(uint64_t n, Slice noun) { return Counted(n, noun, std::string(noun) + "s"); }

}  // namespace snaptree::cli
