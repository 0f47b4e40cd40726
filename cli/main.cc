#include "cli/app.h"

int main(int argc, char** argv) { return snaptree::cli::RunProgram(argc, argv); }
