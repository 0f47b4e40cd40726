// KEYMAP.jsonl of one bucket after another (spec 07 chapter 3). Created with the first line.
#pragma once

#include <memory>
#include <string>

#include "manifest/keymap.h"
#include "tree/tree_sink.h"

namespace snaptree::s3 {

class KeyMapFile {
 public:
  explicit KeyMapFile(TreeSink& sink) : sink_(sink) {}

  // folder: "s3/photos/".
  void Begin(Slice folder) { path_ = std::string(folder).append(kKeymapFileName); }
  // Ascending by `original`.
  Status Add(Slice encoded, Slice original, Slice kind) {
    if (file_ == nullptr) {
      SNAPTREE_ASSIGN(file_, sink_.CreateFile(path_));
    }
    line_.clear();
    AppendKeymapLine(&line_, encoded, original, kind);
    return file_->Append(line_);
  }
  Status End() {
    if (file_ == nullptr) return {};
    SNAPTREE_TRY(file_->Close());
    file_.reset();
    return {};
  }

 private:
  TreeSink& sink_;
  std::string path_;
  std::unique_ptr<TreeFile> file_;
  std::string line_;
};

}  // namespace snaptree::s3
