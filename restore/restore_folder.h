// A raft data directory while it is built: `<data-dir>.restore-prep`, which gets its final name by
// one rename that replaces nothing, when every byte of it is on the disk (spec 01 section 13.1).
//
// The folder is locked (flock) as long as its run lives, so that two runs cannot collide. One that
// a killed run left behind is never taken or removed: the error names it.
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "base/output_target.h"
#include "base/result.h"

namespace snaptree {

class RestoreFolder {
 public:
  // Whether Create() would go well now. "TargetExists", "RestorePrepExists", "NotFound" (usage),
  // "RestoreRunning" (environment).
  static Status Check(const std::string& data_dir);
  static Result<RestoreFolder> Create(const std::string& data_dir);

  RestoreFolder(RestoreFolder&&) noexcept = default;
  RestoreFolder& operator=(RestoreFolder&&) = delete;
  ~RestoreFolder();  // removes everything unless it was published

  // Paths are relative to the folder.
  Status MakeFolder(const std::string& path, mode_t mode);
  Result<UniqueFd> CreateFile(const std::string& path);  // mode 0600
  // fsync and close.
  Status FinishFile(UniqueFd fd, const std::string& path);
  std::string Shown(const std::string& path) const;  // for messages

  Status Publish();

 private:
  RestoreFolder() = default;

  OutputPath target_;
  std::string name_;  // in the parent; empty once published
  UniqueFd parent_fd_;
  UniqueFd fd_;                       // holds the lock; invalid in a moved-from object
  std::vector<std::string> folders_;  // made here, parents first
};

// Renames a folder to a name that nothing has: "TargetExists" (usage) when something has it.
// `with_flag`: by RENAME_NOREPLACE where the file system knows it; otherwise the name is taken
// first by an empty folder, which a rename replaces only as long as it is empty.
Status RenameWithoutReplacing(int parent_fd, const std::string& from, const OutputPath& to,
                              bool with_flag);

}  // namespace snaptree
