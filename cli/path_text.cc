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

std::string AddressOf(Slice text) {
  if (!text.starts_with('\\')) return std::string(text);
  std::string address;
  for (size_t i = 1; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size();
    if (!escaped) {
      address += text[i];
      continue;
    }
    ++i;
    address += text[i] == 'n' ? '\n' : text[i] == 'r' ? '\r' : text[i];
  }
  return address;
}

}  // namespace snaptree::cli
