// Starts writing to disk while files are still being made, in a thread of its own, so that the one
// syncfs before a tree is published finds little left to do. Best effort: errors of writing come
// out of that last syncfs.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "base/file.h"

namespace snaptree {

class EarlyWriteback {
 public:
  // directory_fd: on the file system in question.
  explicit EarlyWriteback(int directory_fd);
  ~EarlyWriteback();  // waits for a pass that is under way
  EarlyWriteback(const EarlyWriteback&) = delete;
  EarlyWriteback& operator=(const EarlyWriteback&) = delete;

  // How many files and bytes have been written so far.
  void Written(uint64_t files, uint64_t bytes);

 private:
  void Run();

  const UniqueFd own_;
  uint64_t next_files_;  // the next pass begins when this many files,
  uint64_t next_bytes_;  // or this many bytes are written
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: uses everything above
};

}  // namespace snaptree
