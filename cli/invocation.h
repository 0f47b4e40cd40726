// A command line that has been understood: the command, its arguments, the options with their
// values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/option_table.h"

namespace snaptree::cli {

enum class When : uint8_t { kAuto, kNever, kAlways };

struct ProgressChoice {
  When when = When::kAuto;
  bool json = false;
  uint64_t seconds = 0;  // not 0: a line every so many seconds
};

// The options of everywhere.
struct CommonOptions {
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  ProgressChoice progress;
  When color = When::kAuto;
  std::string log_file;
  unsigned threads = 1;
  uint64_t memory_bytes = uint64_t{512} << 20;
  std::string scratch_folder;
};

class Invocation {
 public:
  const Command* command = nullptr;  // null: only --help was asked for
  bool wants_help = false;
  std::vector<std::string> arguments;
  CommonOptions common;

  bool Has(OptionId id) const { return !values_[static_cast<size_t>(id)].empty(); }
  // The value of an option. REQUIRES: Has(id).
  const std::string& Value(OptionId id) const { return values_[static_cast<size_t>(id)].front(); }
  // All values of a repeatable one; a flag has one empty value.
  const std::vector<std::string>& Values(OptionId id) const {
    return values_[static_cast<size_t>(id)];
  }
  void Add(OptionId id, std::string value) {
    values_[static_cast<size_t>(id)].push_back(std::move(value));
  }

 private:
  std::array<std::vector<std::string>, kOptionCount> values_;
};

// Understands the arguments after the program's name. `environment` gives the value of a variable
// or null. Errors are usage errors: "CommandMissing", "UnknownCommand", "UnknownOption",
// "OptionNeedsValue", "OptionTakesNoValue", "OptionRepeated", "OptionValue", "ArgumentMissing",
// "ArgumentUnexpected".
Result<Invocation> ParseCommandLine(std::span<const char* const> arguments,
                                    const char* (*environment)(const char*));

}  // namespace snaptree::cli
