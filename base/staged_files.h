// Files that appear under their final names complete or not at all: an output, and files beside it
// whose names begin with its own (`out.fsm`, `out.fsm.encode_info.json`).
//
// They are made in a private folder `.<name>.snaptree-<16 hex>` beside the output, which also holds
// scratch files, and are renamed when all are on the disk. Folders that killed runs left behind are
// removed by the next run of the same output (base/staged_folder.h).
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace snaptree {

class StagedFiles {
 public:
  // "OutputExists" (usage) when something has the output's name and `replace` is false, or when a
  // folder has it; "NotFound" when the parent folder is missing.
  static Result<StagedFiles> Create(const std::string& output, bool replace);

  StagedFiles(StagedFiles&&) noexcept;
  StagedFiles& operator=(StagedFiles&&) = delete;
  ~StagedFiles();  // removes what was not published

  // A new file that will have the name of the output with `suffix` behind it; mode 0600. Those of
  // all suffixes are subject to what Create() checks. Files are published in the order in which
  // they were made.
  Result<UniqueFd> CreateFile(const std::string& suffix);
  // Where that file stands until then.
  std::string PathOf(const std::string& suffix) const;

  // For scratch files: the private folder, or one in `base_folder` when that is not empty.
  Result<std::string> ScratchFolder(const std::string& base_folder);

  // fsync of every file, then the renames, then fsync of the folder.
  Status Publish();

  const std::string& final_path() const { return final_path_; }

 private:
  StagedFiles() = default;

  Status CheckName(const std::string& name) const;
  Status Rename(const std::string& suffix);
  void RemoveFolders();

  std::string final_path_;
  std::string final_name_;
  std::string parent_path_;
  std::string staged_path_;
  std::string staged_name_;
  std::string scratch_path_;
  std::string scratch_name_;
  UniqueFd parent_fd_;
  UniqueFd fd_;  // of the private folder; holds the lock; invalid in a moved-from object
  UniqueFd scratch_parent_fd_;
  UniqueFd scratch_fd_;
  bool replace_ = false;
  std::vector<std::string> suffixes_;
};

}  // namespace snaptree
