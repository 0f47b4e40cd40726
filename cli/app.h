// The program: from the arguments to the exit code.
#pragma once

namespace snaptree::cli {

int RunProgram(int argc, const char* const* argv);

}  // namespace snaptree::cli
