// Columns of text: the first to the left, all others to the right. And sums that are broken between
// their terms.
#pragma once

#include <string>
#include <vector>

namespace snaptree::cli {

class TextTable {
 public:
  // The first line is the head; all lines have as many cells.
  void Add(std::vector<std::string> cells) { lines_.push_back(std::move(cells)); }
  bool empty() const { return lines_.size() < 2; }
  // Lines with their newlines, after `indent` blanks.
  std::string Text(size_t indent) const;

 private:
  std::vector<std::vector<std::string>> lines_;
};

// "head term + term + term" after two blanks, in lines of about 80 characters.
std::string SumText(const std::string& head, const std::vector<std::string>& terms);

}  // namespace snaptree::cli
