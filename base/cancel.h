// The one flag that a signal sets and that every long loop asks. Signal-safe.
#pragma once

#include <atomic>

#include "base/status.h"

namespace snaptree {

inline std::atomic<int> g_cancel_signal{0};  // the signal's number, 0 while the run goes on

inline bool IsCancelled() { return g_cancel_signal.load(std::memory_order_relaxed) != 0; }
inline Status CheckCancelled() { return IsCancelled() ? Cancelled() : Status::Ok(); }

}  // namespace snaptree
