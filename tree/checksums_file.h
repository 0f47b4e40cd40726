// The CHECKSUMS of a tree, as a sorted list, however large it is and whoever wrote it (spec 07
// chapter 5).
#pragma once

#include <functional>
#include <string>

#include "base/external_sorter.h"
#include "base/result.h"
#include "base/sha256.h"
#include "tree/tree_source.h"

namespace snaptree {

class ChecksumsFile {
 public:
  explicit ChecksumsFile(SorterOptions options) : lines_(std::move(options)) {}

  // Before Read(): the tree stands in an archive, so what to do about errors differs.
  void TreeIsArchive() { archive_ = true; }
  // What to do about a file that was edited.
  std::string SealStep() const;

  // Wrong lines ("ChecksumsMalformed", "ChecksumsPath", "ChecksumsEmpty") go to report(), with path
  // and line; what it returns other than success ends the reading. A file that is not there is
  // "ChecksumsMissing" (data).
  using Report = std::function<Status(Status)>;
  Status Read(const TreeSource& source, const Report& report);

  // Ascending by path; equal paths come once. The view lives until the next call. Two lines for one
  // path with different digests go to report().
  Result<bool> Next(Slice* path, Sha256Digest* digest);

  // A line for CHECKSUMS itself, which means nothing.
  bool lists_itself() const { return lists_itself_; }
  uint64_t lines() const { return lines_.size(); }

 private:
  Status TakeLine(Slice line, uint64_t number);

  ExternalSorter lines_;
  Report report_;
  std::string path_;
  Sha256Digest digest_{};
  bool archive_ = false;
  bool has_path_ = false;
  bool lists_itself_ = false;
};

}  // namespace snaptree
