// What this process uses, as the system sees it.
#pragma once

#include <cstdint>

namespace snaptree::cli {

uint64_t ResidentBytes();      // now
uint64_t PeakResidentBytes();  // the most so far

}  // namespace snaptree::cli
