#include "cli/signals.h"

#include <semaphore.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

#include "base/cancel.h"
#include "cli/exit_codes.h"

namespace snaptree::cli {
namespace {

sem_t g_wake;  // sem_post is one of the few calls that a handler may make
std::atomic<bool> g_status_requested{false};

static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

extern "C" void OnEndSignal(int signal) {
  int none = 0;
  if (!g_cancel_signal.compare_exchange_strong(none, signal)) _exit(kExitSignalBase + signal);
}

extern "C" void OnStatusSignal(int) {
  const int saved = errno;
  g_status_requested.store(true);
  sem_post(&g_wake);
  errno = saved;
}

void Handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

bool IsIgnored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && (action.sa_flags & SA_SIGINFO) == 0 &&
         action.sa_handler == SIG_IGN;
}

}  // namespace

void InstallSignalHandlers() {
  sem_init(&g_wake, 0, 0);
  // No SA_RESTART: a read that waits for a pipe must come back, so that the run can end.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (!IsIgnored(signal)) Handle(signal, OnEndSignal, 0);
  }
  Handle(SIGUSR1, OnStatusSignal, SA_RESTART);
  Handle(SIGPIPE, SIG_IGN, 0);
  Handle(SIGXFSZ, SIG_IGN, 0);  // a write beyond the limit is an error instead
}

bool TakeStatusRequest() { return g_status_requested.exchange(false); }

void WaitForStatusRequest(std::chrono::milliseconds timeout) {
  timespec until{};
  clock_gettime(CLOCK_MONOTONIC, &until);
  const auto nanoseconds = std::chrono::nanoseconds(timeout).count() + until.tv_nsec;
  until.tv_sec += nanoseconds / 1'000'000'000;
  until.tv_nsec = nanoseconds % 1'000'000'000;
  sem_clockwait(&g_wake, CLOCK_MONOTONIC, &until);
}

void WakeStatusWaiter() { sem_post(&g_wake); }

const char* SignalName(int signal) {
  switch (signal) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    default:
      return "a signal";
  }
}

}  // namespace snaptree::cli
