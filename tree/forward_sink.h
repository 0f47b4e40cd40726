// A sink that hands files on to another one, but for those that are left out.
#pragma once

#include <functional>
#include <memory>

#include "tree/tree_sink.h"

namespace snaptree {

// `target` must outlive the sink and its files. Its Finish() is not called: more may come from
// elsewhere. takes(path), from any thread: whether a file is handed on.
using TakesFile = std::function<Result<bool>(Slice path)>;
std::unique_ptr<TreeSink> NewForwardSink(TreeSink& target, TakesFile takes);

}  // namespace snaptree
