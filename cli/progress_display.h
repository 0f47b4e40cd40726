// Shows what a long run is doing (base/progress.h) on standard error, from a thread of its own.
#pragma once

#include <atomic>
#include <thread>

#include "base/progress.h"
#include "cli/reporter.h"

namespace snaptree::cli {

class ProgressDisplay {
 public:
  // `shares_terminal`: data goes to the same terminal, so nothing is drawn unless it was asked for.
  // All must outlive this.
  ProgressDisplay(const Progress& progress, Reporter& reporter, const CommonOptions& common,
                  bool shares_terminal = false);
  ~ProgressDisplay() { Stop(); }
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  // Erases what is drawn and ends the thread.
  void Stop();

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace snaptree::cli
