// Where the entries of an archive go while it is unpacked: into a staged folder, or, in a dry run,
// nowhere but into the list of what was seen.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/external_sorter.h"
#include "base/progress.h"
#include "base/result.h"
#include "base/staged_output.h"
#include "tree/digest_sink.h"
#include "tree/tree_sink.h"
#include "tree/tree_source.h"

namespace snaptree {

// Smaller files are written as they are; in larger ones stretches of zeros become holes.
inline constexpr uint64_t kMostBytesWithoutHoles = uint64_t{64} << 10;

class UnpackTarget {
 public:
  virtual ~UnpackTarget() = default;

  virtual Status AddFolder(Slice path) = 0;
  // copy(take): gives the content in pieces that ascend; what is between them is zeros.
  using TakePiece = std::function<Status(uint64_t offset, Slice bytes)>;
  using Copy = std::function<Status(const TakePiece& take)>;
  virtual Status AddFile(Slice path, uint64_t size, const Copy& copy) = 0;
  // All entries are there. "DuplicateEntry", at the latest now.
  virtual Status Finish() = 0;

  virtual TreeTotals totals() const = 0;
  // A folder with MANIFEST.json and CHECKSUMS as they stood in the archive, and maybe more.
  virtual const std::string& folder() const = 0;
};

struct UnpackTargetOptions {
  unsigned threads = 1;
  SorterOptions sorter;  // of paths, in a dry run
  TakeDigest take_digest;
  Progress* progress = nullptr;
};

// `staged` must outlive the target.
std::unique_ptr<UnpackTarget> NewStagedTarget(const StagedOutput& staged,
                                              UnpackTargetOptions options);
// scratch_folder: an existing, empty folder.
std::unique_ptr<UnpackTarget> NewDryTarget(std::string scratch_folder, UnpackTargetOptions options);

}  // namespace snaptree
