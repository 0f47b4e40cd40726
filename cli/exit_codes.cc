#include "cli/exit_codes.h"

#include <algorithm>
#include <array>
#include <csignal>

#include "base/cancel.h"

namespace snaptree::cli {
namespace {

// Data errors of runs that came to their end.
constexpr const char* kIncomplete[] = {"IndexNotKept", "NoSuchRecord", "RecordIncomplete",
                                       "RecordLost"};

bool IsIncomplete(const std::string& code) {
  return std::find(std::begin(kIncomplete), std::end(kIncomplete), code) != std::end(kIncomplete);
}

}  // namespace

int ExitCodeOf(const Status& status) {
  if (status.ok()) return kExitDone;
  if (status.code() == kClosedPipe) return kExitSignalBase + SIGPIPE;
  switch (status.kind()) {
    case ErrorKind::kUsage:
      return kExitUsage;
    case ErrorKind::kData:
      return IsIncomplete(status.code()) ? kExitIncomplete : kExitData;
    case ErrorKind::kEnvironment:
      return kExitEnvironment;
    case ErrorKind::kCancelled:
      break;
  }
  const int signal = g_cancel_signal.load();
  return kExitSignalBase + (signal != 0 ? signal : SIGTERM);
}

int WorseExit(int a, int b) {
  const auto rank = [](int code) {
    constexpr std::array<int, 5> kRank = {0, 2, 3, 1, 4};
    return code >= 0 && code < static_cast<int>(kRank.size()) ? kRank[static_cast<size_t>(code)]
                                                              : 5;
  };
  return rank(a) >= rank(b) ? a : b;
}

}  // namespace snaptree::cli
