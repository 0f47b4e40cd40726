// What the values of options mean. A value that is not understood is the usage error "OptionValue".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/invocation.h"

namespace snaptree::cli {

// `where` names the option (or variable) in errors.
Status BadValue(const std::string& where, const std::string& value, std::string expected);

Result<unsigned> ParseThreads(const std::string& where, const std::string& value);
Result<uint64_t> ParseMemory(const std::string& where, const std::string& value);
Result<uint64_t> ParseBundleSize(const std::string& where, const std::string& value);
Result<ProgressChoice> ParseProgress(const std::string& where, const std::string& value);
Result<When> ParseWhen(const std::string& where, const std::string& value);
// 1 or more.
Result<uint64_t> ParseCount(const std::string& where, const std::string& value);
// Decimal, or hexadecimal after "0x" (spec 07 chapter 10).
Result<uint64_t> ParseIndex(const std::string& where, const std::string& value);
// A read timestamp (HLC): decimal; 13 digits are Unix milliseconds; or ISO 8601. The two latter
// mean the end of their millisecond.
Result<uint64_t> ParseAt(const std::string& where, const std::string& value);
// Names of AdapterName(), comma separated, blanks and empty items ignored as the Go tools do; "all"
// or nothing is empty.
Result<std::vector<std::string>> ParseAdapters(const std::string& where, const std::string& value);

// Values of an invocation; what was not given is nullopt.
Result<std::optional<uint64_t>> AtOf(const Invocation& invocation);

}  // namespace snaptree::cli
