// MD5 of the parts of one body after another while their bytes go by: on a thread of its own when
// there is one to spare, as MD5 takes longer than all the rest together. One caller.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "adapters/s3/s3_body_job.h"
#include "base/md5.h"
#include "base/shared_bytes.h"
#include "base/task_thread.h"

namespace snaptree::s3 {

class BodyMd5 {
 public:
  explicit BodyMd5(bool threaded);

  // n bytes of a piece, all of one part.
  void Update(const SharedBytes& piece, size_t at, size_t n);
  void EndPart();
  // All parts of the body were ended. It comes back with its digests, now or later.
  void EndBody(BodyJob job);

  // Bodies whose digests are known by now.
  std::vector<BodyJob> TakeDone();
  // Until all are.
  void Wait();

 private:
  void Finish(BodyJob job);
  template <class Task>
  void Do(Task task);

  Md5 part_;             // of the thread, like digests_
  PartDigests digests_;  // of the body at hand
  std::mutex mutex_;
  std::vector<BodyJob> done_;
  std::unique_ptr<TaskThread> thread_;  // last: it uses all of the above
};

}  // namespace snaptree::s3
