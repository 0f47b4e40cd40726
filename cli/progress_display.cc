#include "cli/progress_display.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>

#include "cli/progress_text.h"
#include "cli/signals.h"

namespace snaptree::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kRedraw{200};
constexpr milliseconds kFirstDraw{2000};  // shorter work needs no display
constexpr milliseconds kJsonLine{1000};
constexpr milliseconds kAlwaysLine{5000};  // --progress always where nothing can be drawn
constexpr milliseconds kSample{1000};

enum class Form : uint8_t { kNone, kBar, kPlain, kJson };

struct Plan {
  Form form = Form::kNone;
  milliseconds first{0};
  milliseconds every{0};
};

Plan MakePlan(const CommonOptions& common, bool shares_terminal) {
  const ProgressChoice& choice = common.progress;
  if (choice.json) return {Form::kJson, kJsonLine, kJsonLine};
  if (choice.seconds != 0) {
    const milliseconds every{choice.seconds * 1000};
    return {common.json ? Form::kJson : Form::kPlain, every, every};
  }
  const bool can_draw = IsTerminal(STDERR_FILENO) && !IsDumbTerminal();
  if (choice.when == When::kAlways) {
    if (can_draw && !common.json) return {Form::kBar, milliseconds{0}, kRedraw};
    return {common.json ? Form::kJson : Form::kPlain, kAlwaysLine, kAlwaysLine};
  }
  const bool wanted =
      choice.when == When::kAuto && !common.quiet && !common.json && !shares_terminal;
  if (wanted && can_draw) return {Form::kBar, kFirstDraw, kRedraw};
  return {};
}

void Show(const ProgressLook& look, Form form, StatusLines& lines) {
  switch (form) {
    case Form::kBar:
      lines.Draw(ProgressBarLine(look, TerminalWidth(STDERR_FILENO) - 1), ProgressCountLine(look));
      break;
    case Form::kPlain:
      lines.Print(ProgressPlainLine(look) + "\n");
      break;
    case Form::kJson:
      lines.Print(ProgressJsonLine(look) + "\n");
      break;
    case Form::kNone:
      break;
  }
}

void Run(ProgressReader reader, Reporter& reporter, Plan plan, const std::atomic<bool>& stop) {
  StatusLines& lines = reporter.status_lines();
  const Form on_request = reporter.json() ? Form::kJson : Form::kPlain;
  Clock::time_point next = Clock::now() + plan.first;
  for (;;) {
    // Looks are taken at least once a second, so that the start of a phase is known when somebody
    // asks.
    const bool idle = plan.form == Form::kNone;
    const auto until_next = std::chrono::duration_cast<milliseconds>(next - Clock::now());
    WaitForStatusRequest(idle ? kSample : std::clamp(until_next, milliseconds{0}, kSample));
    if (stop.load()) break;
    const ProgressLook look = reader.Look();
    if (TakeStatusRequest()) Show(look, on_request, lines);
    if (idle || Clock::now() < next) continue;
    Show(look, plan.form, lines);
    next = Clock::now() + plan.every;
  }
  if (plan.form == Form::kBar) lines.Erase();
}

}  // namespace

ProgressDisplay::ProgressDisplay(const Progress& progress, Reporter& reporter,
                                 const CommonOptions& common, bool shares_terminal) {
  // Signals are for the main thread: it may be inside a read that only a signal can end.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread(Run, ProgressReader(progress, common.memory_bytes), std::ref(reporter),
                        MakePlan(common, shares_terminal), std::cref(stop_));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void ProgressDisplay::Stop() {
  if (!thread_.joinable()) return;
  stop_ = true;
  WakeStatusWaiter();
  thread_.join();
}

}  // namespace snaptree::cli
