// What --include, --exclude and --files-from say, and what to say about them.
#pragma once

#include <string>
#include <vector>

#include "adapters/common/address_filter.h"
#include "base/result.h"
#include "cli/invocation.h"
#include "cli/json_text.h"

namespace snaptree::cli {

// Usage errors: "OptionValue", "OptionConflict". Reads the list of --files-from.
Result<AddressFilterOptions> AddressFilterOf(const Invocation& invocation);

// A line for each of the first ten patterns that stand for no record, with what is most like it,
// and one for the rest. Empty when there are none.
std::string UnmatchedText(const std::vector<AddressFilter::Unmatched>& unmatched);
// "unmatched": an array of at most 1,000 objects; "unmatched_count": how many there are.
void AppendUnmatched(const std::vector<AddressFilter::Unmatched>& unmatched, JsonText* json);

}  // namespace snaptree::cli
