// Options of the commands that write or read archives.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/invocation.h"
#include "cli/reporter.h"
#include "tree/archive_limits.h"
#include "tree/archive_output.h"

namespace snaptree::cli {

// "-", "*.tar", "*.tar.zst".
bool IsArchiveName(const std::string& output);

// By --compression and --compression-level, else by the name.
Result<ArchiveForm> ArchiveFormOf(const Invocation& invocation, const std::string& output);

// An archive on standard output leaves no place for --json, and is not for a terminal.
Status CheckArchiveOnStdout(const Reporter& reporter);

// --max-entries, --max-bytes.
Result<ArchiveLimits> ArchiveLimitsOf(const Invocation& invocation);

}  // namespace snaptree::cli
