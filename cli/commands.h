// The commands. Each prints its data on standard output, all else through the reporter, and returns
// the exit code.
#pragma once

#include "cli/invocation.h"
#include "cli/reporter.h"

namespace snaptree::cli {

int RunInspect(const Invocation& invocation, Reporter& reporter);
int RunRows(const Invocation& invocation, Reporter& reporter);
int RunDecode(const Invocation& invocation, Reporter& reporter);
int RunEncode(const Invocation& invocation, Reporter& reporter);
int RunRestore(const Invocation& invocation, Reporter& reporter);
int RunVerify(const Invocation& invocation, Reporter& reporter);
int RunSeal(const Invocation& invocation, Reporter& reporter);
int RunLs(const Invocation& invocation, Reporter& reporter);
int RunGet(const Invocation& invocation, Reporter& reporter);
int RunDiff(const Invocation& invocation, Reporter& reporter);
int RunPack(const Invocation& invocation, Reporter& reporter);
int RunUnpack(const Invocation& invocation, Reporter& reporter);
int RunHelp(const Invocation& invocation, Reporter& reporter);
int RunVersion(const Invocation& invocation, Reporter& reporter);

}  // namespace snaptree::cli
