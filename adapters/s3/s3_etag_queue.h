// Checks the ETags of one object after another while their bytes go by; large ones, while there are
// threads to spare, on a thread of its own, as MD5 takes longer than all the rest together. What it
// finds is told at the end, and does not depend on threads. One caller.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "adapters/s3/s3_etag.h"
#include "adapters/s3/s3_manifest.h"
#include "base/findings.h"
#include "base/shared_bytes.h"
#include "base/spare_threads.h"
#include "base/task_thread.h"

namespace snaptree::s3 {

class EtagQueue {
 public:
  explicit EtagQueue(SpareThreads* spare) : spare_(*spare) {}
  ~EtagQueue();

  // Begins an object. large: its pieces will be worth a thread.
  void Begin(Slice path, const Manifest& manifest, bool large);
  void Update(const SharedBytes& bytes);
  void EndPart(const Part& part);
  void End();

  // After all objects.
  void Report(Findings* findings);

 private:
  // How many objects got a verdict, and the first of them by their numbers.
  struct Verdicts {
    uint64_t count = 0;
    std::map<uint64_t, std::string> first;
  };

  void Take(EtagVerdict verdict, uint64_t number, const std::string& path);

  SpareThreads& spare_;
  EtagCheck here_;
  EtagCheck there_;      // the thread's
  bool behind_ = false;  // the object at hand is the thread's
  uint64_t number_ = 0;  // of the object at hand
  std::string path_;
  std::mutex mutex_;
  std::array<Verdicts, 3> verdicts_;    // by EtagVerdict
  std::unique_ptr<TaskThread> thread_;  // last: it uses all of the above
};

}  // namespace snaptree::s3
