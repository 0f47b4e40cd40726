// Commands that inspect prints for pasting.
#pragma once

#include <string>

#include "formats/input_choice.h"

namespace snaptree::cli {

// " --kek-file F --keys-file F" as they were given; "" without keys.
std::string GivenKeyOptions(const KeyFiles& given);
// With the word KEK in the place of the node's key file, which nobody has named yet. `keys_file` is
// that of the node; empty: a word in its place too.
std::string KeyOptionsToFill(const std::string& keys_file);

// "snaptree decode WHAT OPTIONS -o dump". `options` begin with a blank.
std::string DecodeCommand(const std::string& what, const std::string& options);
// Of a store that a process holds: of a copy of it.
std::string DecodeCopyCommand(const std::string& store, const std::string& options);

}  // namespace snaptree::cli
