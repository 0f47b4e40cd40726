// A private folder for scratch files that must have names, created when it is first asked for and
// removed with the object. Folders that killed runs left in the same place are removed when a new
// one is created: a lock on the folder tells them from those of live runs.
#pragma once

#include <string>

#include "base/file.h"
#include "base/result.h"

namespace snaptree {

class ScratchFolder {
 public:
  // parent: an existing folder.
  explicit ScratchFolder(std::string parent) : parent_(std::move(parent)) {}
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  Result<std::string> Path();

 private:
  void RemoveStale() const;

  std::string parent_;
  std::string path_;  // empty until created
  UniqueFd lock_;
};

}  // namespace snaptree
