// Writes a tree into a staged folder that appears under its final name in one rename, complete, or
// not at all (spec 07 chapter 9). Files are created once under their final name, relative to
// directory handles, O_EXCL|O_NOFOLLOW, mode 0600 (directories 0755); no fsync per file: one syncfs
// before the rename.
//
// Creating a file costs 28 us of kernel time and hashing it next to nothing, so with threads > 1
// the caller's thread renders and hashes, and one other thread creates, writes and closes, fed in
// batches of bounded size. Large pieces (TreeFile::AppendShared) are the other way round: hashing
// them is the most work, and a thread of its own does it.
#pragma once

#include <memory>
#include <string>

#include "base/external_sorter.h"
#include "base/progress.h"
#include "base/result.h"
#include "base/staged_output.h"
#include "tree/digest_sink.h"
#include "tree/tree_sink.h"

namespace snaptree {

struct DirectorySinkOptions {
  unsigned threads = 1;
  SorterOptions checksum_sorter;
  // Gets the digests instead of a CHECKSUMS file, which Finish() then does not write.
  TakeDigest take_digest;
  Progress* progress = nullptr;  // files are counted here; may be null
};

// `staged` (see base/staged_output.h) must outlive the sink. The sink writes below it; publishing
// is the caller's step.
std::unique_ptr<TreeSink> NewDirectorySink(const StagedOutput& staged,
                                           DirectorySinkOptions options);

}  // namespace snaptree
