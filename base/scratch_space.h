// Where one run sorts: a folder for what does not fit into memory, made when it is first asked for,
// and the share of the memory budget that each of the run's sorters gets.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "base/external_sorter.h"
#include "base/result.h"
#include "base/scratch_folder.h"

namespace snaptree {

// Thread-safe. It must outlive all that it gives.
class ScratchSpace {
 public:
  using Place = std::function<Result<std::string>()>;

  // parent: an existing folder, where the run's own is made; empty: the system's.
  ScratchSpace(uint64_t memory_bytes, const std::string& parent);
  ScratchSpace(const ScratchSpace&) = delete;
  ScratchSpace& operator=(const ScratchSpace&) = delete;

  // The folder is one that somebody else makes and removes, as a staged output does. Asked by one
  // thread at a time, until the run ends. REQUIRES: nobody asked for the folder before.
  void GoTo(Place place);

  Result<std::string> Path();
  // Path(), for those who may need it.
  Place ToPath();

  // A share is a part of 1.
  SorterOptions Share(double share);
  std::function<SorterOptions(double share)> Shares();

 private:
  const uint64_t memory_bytes_;
  std::mutex mutex_;  // of what follows
  ScratchFolder own_;
  Place place_;  // empty: own_
};

}  // namespace snaptree
