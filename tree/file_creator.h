// Creates files below a folder: each once, under its final name, O_EXCL, mode 0600. Used by one
// thread.
//
// Paths are safe tree paths with a NUL behind them, so that no copy is made to hand a name to the
// kernel.
#pragma once

#include <memory>
#include <string>

#include "base/file.h"
#include "base/progress.h"
#include "base/result.h"
#include "tree/directory_cache.h"

namespace snaptree {

// A file that is written in pieces.
struct LargeFile {
  std::string path;
  UniqueFd fd;
  bool ends_in_hole = false;  // so far: the file's size does not know of the hole yet
};

class FileCreator {
 public:
  // `shown_root` names the root in messages; progress may be null.
  FileCreator(int root_fd, const std::string& shown_root, Progress* progress);

  Status Write(Slice path, Slice content);
  Status MakeDirectory(Slice path);

  Status Create(LargeFile* file);
  Status Append(LargeFile* file, Slice bytes);
  Status AppendHole(LargeFile* file, uint64_t size);
  Status Close(LargeFile* file);

  uint64_t directories() const { return directories_.created(); }

 private:
  Result<UniqueFd> OpenNew(Slice path);
  Status SetSizeToPosition(const LargeFile& file);
  Status CloseNew(UniqueFd fd, Slice path);
  Status CreateError(int error_number, Slice path) const;
  std::string Shown(Slice path) const;

  const std::string shown_root_;
  Progress* const progress_;
  DirectoryCache directories_;
};

}  // namespace snaptree
