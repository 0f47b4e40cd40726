// Independent pieces of work on several threads.
#pragma once

#include <functional>
#include <span>

#include "base/status.h"

namespace snaptree {

// Runs all jobs, at most `threads` at a time, the caller's thread among them; they begin in order.
// After an error no further job begins. The error of the first job in order that had one; a job
// must not throw.
Status RunParallel(unsigned threads, std::span<const std::function<Status()>> jobs);

}  // namespace snaptree
