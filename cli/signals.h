// Signals: SIGINT, SIGTERM and SIGHUP ask the run to clean up and end (base/cancel.h), a second one
// ends it at once; SIGUSR1 asks for a line of progress; SIGPIPE becomes EPIPE.
#pragma once

#include <chrono>

namespace snaptree::cli {

// A signal that was ignored when the program started (nohup, background jobs) stays ignored.
void InstallSignalHandlers();

// True once for each time that SIGUSR1 came since the last call (several may count as one).
bool TakeStatusRequest();

// For the one thread that shows progress: sleeps until SIGUSR1, WakeStatusWaiter() or the timeout.
void WaitForStatusRequest(std::chrono::milliseconds timeout);
void WakeStatusWaiter();

// "SIGINT" and so on.
const char* SignalName(int signal);

}  // namespace snaptree::cli
