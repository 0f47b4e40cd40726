// The manual page snaptree(1), made from the table of options.
#pragma once

#include <string>

namespace snaptree::cli {

std::string ManPage();

}  // namespace snaptree::cli
