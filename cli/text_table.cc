#include "cli/text_table.h"

#include <algorithm>

namespace snaptree::cli {

std::string TextTable::Text(size_t indent) const {
  std::vector<size_t> widths;
  for (const auto& line : lines_) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const auto& line : lines_) {
    text.append(indent, ' ');
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string pad(widths[i] - line[i].size(), ' ');
      if (i == 0) {
        text += line[i] + pad;
      } else {
        text += "  " + pad + line[i];
      }
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

std::string SumText(const std::string& head, const std::vector<std::string>& terms) {
  constexpr size_t kWidth = 80;
  std::string text = "  " + head;
  size_t line_start = 0;
  for (size_t i = 0; i < terms.size(); ++i) {
    const std::string piece = (i == 0 ? " " : " + ") + terms[i];
    if (text.size() - line_start + piece.size() > kWidth) {
      text += "\n   ";
      line_start = text.size() - 3;
    }
    text += piece;
  }
  return text;
}

}  // namespace snaptree::cli
