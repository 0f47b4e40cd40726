// A file of JSON lines that is created with its first text and written in large pieces. One thread.
#pragma once

#include <memory>
#include <string>

#include "tree/tree_sink.h"

namespace snaptree {

class LineFile {
 public:
  LineFile(TreeSink& sink, std::string path) : sink_(sink), path_(std::move(path)) {}

  Status Append(Slice text);
  Status Close();

 private:
  Status Hand();

  TreeSink& sink_;
  std::string path_;
  std::string buffer_;
  std::unique_ptr<TreeFile> file_;
};

}  // namespace snaptree
