// A sink that keeps digests only: the whole pipeline with nothing written. For --dry-run,
// self-tests and diff.
#pragma once

#include <functional>
#include <memory>

#include "base/sha256.h"
#include "tree/tree_sink.h"

namespace snaptree {

// take(path, digest) is called once a file, in the order in which files end.
using TakeDigest = std::function<Status(Slice path, const Sha256Digest& digest)>;
std::unique_ptr<TreeSink> NewDigestSink(TakeDigest take);

}  // namespace snaptree
