#include "cli/path_text.h"

namespace snaptree::cli {

bool NeedsEscape(Slice path) { return path.find_first_of("\n\r\\") != Slice::npos; }

void AppendPath(std::string* out, Slice path) {
  for (const char c : path) {
    switch (c) {
      case '\n':
        *out += "\\n";
        break;
      case '\r':
        *out += "\\r";
        break;
      case '\\':
        *out += "\\\\";
        break;
      default:
        *out += c;
    }
  }
}

}  // namespace snaptree::cli
