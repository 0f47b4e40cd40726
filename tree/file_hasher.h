// Hashes large files on a thread of its own, in the order in which their pieces are given, so that
// reading, hashing and writing go on side by side. The caller's thread asks for finished digests.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/sha256.h"
#include "base/shared_bytes.h"
#include "base/task_thread.h"

namespace snaptree {

class FileHasher {
 public:
  FileHasher();

  // Whether another file is worth while. Who hands over bytes faster than they can be hashed hashes
  // some files better itself.
  bool HasRoom() { return thread_.HasRoom(); }
  // `hash` is the file's: from the first call on nobody else may use it.
  void Update(const std::shared_ptr<Sha256>& hash, const SharedBytes& bytes);
  void Finish(const std::shared_ptr<Sha256>& hash, Slice path);

  struct Done {
    std::string path;
    Sha256Digest digest;
  };
  // Files that were finished since the last call.
  std::vector<Done> TakeDone();
  // Until all is hashed.
  void Wait() { thread_.Wait(); }

 private:
  std::mutex mutex_;
  std::vector<Done> done_;
  TaskThread thread_;  // last: it uses all of the above
};

}  // namespace snaptree
