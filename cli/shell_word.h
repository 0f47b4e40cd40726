// A word as it can be pasted into a shell.
#pragma once

#include <string>

namespace snaptree::cli {

std::string ShellWord(const std::string& word);

}  // namespace snaptree::cli
