// An output folder that appears under its final name complete or not at all.
//
// The folder is built as `.<name>.snaptree-<16 hex>` beside the final name and published by one
// rename. A lock on the staged folder tells a live run's folder from one that a killed run left
// behind; those of the same output are removed by the next run, after it has published its own
// (deleting first makes creating slow on file systems without a journal).
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "base/findings.h"
#include "base/remove_tree.h"
#include "base/result.h"

namespace snaptree {

class StagedOutput {
 public:
  // Creates the staged folder for the final path `output`. "OutputExists" (usage) when something
  // other than an empty directory is there and `replace` is false; a parent that is missing is
  // "NotFound". Links, mount points and special files are "OutputExists" in any case: a rename
  // cannot replace what they stand for.
  static Result<StagedOutput> Create(const std::string& output, bool replace);

  StagedOutput(StagedOutput&&) noexcept;
  StagedOutput& operator=(StagedOutput&&) = delete;
  // Removes the staged folder unless it was published, and the scratch folder. After a signal it
  // takes less than a second: what is left then goes on vanishing in the background.
  ~StagedOutput();

  int directory_fd() const { return fd_.get(); }
  const std::string& path() const { return staged_path_; }  // of the staged folder
  const std::string& final_path() const { return final_path_; }

  // A scratch folder beside the staged one, created at the first call, removed by the destructor
  // (and by Publish). `base_folder` (--scratch) may name another place for it; empty: beside the
  // output.
  Result<std::string> ScratchFolder(const std::string& base_folder);

  // syncfs, rename (or exchange, when there is something to replace), fsync of the parent, then
  // removal of what was replaced, of the scratch folder, and of folders that killed runs left.
  Status Publish();

  // What Publish() could not remove after the output was in place (no permission, for one); not an
  // error of the output.
  const std::vector<std::string>& left_behind() const { return left_behind_; }
  void NoteLeftBehind(Findings* findings) const;

 private:
  StagedOutput() = default;

  Status Rename();
  Status Exchange();
  void RemoveScratchAnd(const std::string& name);
  void RemoveAbandoned();

  std::string final_path_;
  std::string staged_path_;
  std::string parent_path_;
  std::string final_name_;   // in the parent
  std::string staged_name_;  // in the parent
  std::string scratch_path_;
  std::string scratch_name_;
  std::string scratch_parent_path_;
  UniqueFd fd_;  // holds the lock; invalid in a moved-from object
  UniqueFd parent_fd_;
  UniqueFd scratch_fd_;  // holds the lock
  UniqueFd scratch_parent_fd_;
  bool replace_ = false;
  bool published_ = false;
  std::vector<std::string> left_behind_;
};

}  // namespace snaptree
