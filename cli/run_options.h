// What the options of runs take of the options of everywhere.
#pragma once

#include "cli/invocation.h"

namespace snaptree::cli {

template <class Options>
void TakeCommon(const CommonOptions& common, Options* options) {
  options->threads = common.threads;
  options->memory_bytes = common.memory_bytes;
  options->scratch_folder = common.scratch_folder;
}

// Replacing the output must not delete it.
template <class Options>
void KeepLogFile(const CommonOptions& common, Options* options) {
  if (!common.log_file.empty()) options->keep.push_back(common.log_file);
}

}  // namespace snaptree::cli
