// Where a tree goes. A sink knows where the tree lives (folder, archive, digests only) and hashes
// every byte on the way; it does not know who writes into it. Paths are relative, '/'-separated,
// raw bytes, already safe: manifest/file_name_codec.h makes them.
//
// Several threads may write files at the same time, each file by one of them; Flush() and Finish()
// are for one thread, when the others are done. A sink may use threads of its own. An error of a
// file may be reported by a later call, at the latest by Finish(). Every file is written once: a
// second file of the same path is "NameCollision".
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/shared_bytes.h"
#include "base/slice.h"

namespace snaptree {

// A file that is being written piece by piece: for content that should not be held in memory.
// Several may be open; none may outlive its sink.
class TreeFile {
 public:
  virtual ~TreeFile() = default;  // without Close(): the run is being given up
  virtual Status Append(Slice bytes) = 0;
  // `size` zero bytes that need no room on a disk. They are hashed like others, in pieces between
  // which a signal is heard. Not for a file that was given shared bytes.
  virtual Status AppendHole(uint64_t size) = 0;
  // The same without a copy, for large pieces: a sink with threads lets go of the bytes later.
  virtual Status AppendShared(const SharedBytes& bytes) { return Append(*bytes); }
  virtual Status Close() = 0;  // last call
};

// Without CHECKSUMS itself, so that a dry run counts what a real one does.
struct TreeTotals {
  uint64_t files = 0;
  uint64_t directories = 0;  // 0 where no folders are made
  uint64_t bytes = 0;        // of file contents
};

class TreeSink {
 public:
  virtual ~TreeSink() = default;

  // A whole small file.
  virtual Status WriteFile(Slice path, Slice content) = 0;
  virtual Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) = 0;
  // The same for content whose size is known: exactly `size` bytes will be appended. A sink that
  // must tell sizes first (an archive) then need not keep the content until it ends.
  virtual Result<std::unique_ptr<TreeFile>> CreateSizedFile(Slice path, uint64_t /*size*/) {
    return CreateFile(path);
  }
  virtual Status CreateDirectory(Slice path) = 0;  // for directories that would have no file
  // Whether a file may have so many bytes, holes among them, where the tree goes.
  virtual bool CanHold(uint64_t file_bytes) const = 0;

  // Waits until all files written so far are complete and reports the first error. More files may
  // follow.
  virtual Status Flush() = 0;
  // Writes CHECKSUMS (all files but itself, spec 07 chapter 5) and ends. Nothing may follow.
  virtual Status Finish() = 0;

  virtual TreeTotals totals() const = 0;
};

}  // namespace snaptree
