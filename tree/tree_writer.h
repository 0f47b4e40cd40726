// The writing half of the directory sink: takes whole files and pieces of large ones, in order, and
// puts them on disk at once or behind the caller's back. It hashes nothing and knows no CHECKSUMS.
//
// One thread calls it. An error may be reported by a later call; after one, every call returns it.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/shared_bytes.h"
#include "tree/file_creator.h"

namespace snaptree {

class TreeWriter {
 public:
  virtual ~TreeWriter() = default;  // gives up what is not on disk yet

  virtual Status WriteFile(Slice path, Slice content) = 0;
  virtual Status MakeDirectory(Slice path) = 0;

  // A file in pieces. What is created must be closed, or the writer destroyed.
  virtual Status Create(const std::shared_ptr<LargeFile>& file) = 0;
  virtual Status Append(const std::shared_ptr<LargeFile>& file, Slice bytes) = 0;
  virtual Status AppendHole(const std::shared_ptr<LargeFile>& file, uint64_t size) = 0;
  virtual Status AppendShared(const std::shared_ptr<LargeFile>& file, const SharedBytes& bytes) {
    return Append(file, *bytes);
  }
  virtual Status Close(const std::shared_ptr<LargeFile>& file) = 0;

  // Waits until everything so far is on its way to the disk.
  virtual Status Flush() = 0;

  virtual uint64_t directories() const = 0;
};

// On the caller's thread.
std::unique_ptr<TreeWriter> NewInlineWriter(std::unique_ptr<FileCreator> creator);
// On a thread of its own, fed in batches.
std::unique_ptr<TreeWriter> NewThreadedWriter(std::unique_ptr<FileCreator> creator);

}  // namespace snaptree
