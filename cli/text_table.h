// Columns of text: the first to the left, all others to the right.
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

}  // namespace snaptree::cli
