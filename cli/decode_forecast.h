// What `decode` says before it writes very many files: how long that takes, how many inodes it
// needs, and what the same tree costs with records as lines (spec 08).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/reporter.h"
#include "cli/tree_estimate.h"
#include "decode/decoder.h"

namespace snaptree::cli {

// For DecodeOptions::before_writing; empty for a run that makes no such tree, or whose records
// nobody can count beforehand. The reporter must outlive it.
std::function<void(const ScanResult&)> ForecastOf(const DecodeOptions& options, Reporter& reporter);

// "" for a tree that is no matter. offer_lines: --layout jsonl is open to the caller.
std::string ForecastText(const TreeEstimate& estimate, std::optional<uint64_t> free_inodes,
                         bool offer_lines);

}  // namespace snaptree::cli
