#include "base/scratch_space.h"

#include <algorithm>
#include <utility>

#include "base/file.h"

namespace snaptree {
namespace {

// With less, a sorter would write a file for each few records.
constexpr size_t kLeastSorterBytes = size_t{256} << 10;

}  // namespace

ScratchSpace::ScratchSpace(uint64_t memory_bytes, const std::string& parent)
    : memory_bytes_(memory_bytes), own_(parent.empty() ? TemporaryFolder() : parent) {}

void ScratchSpace::GoTo(Place place) {
  const std::lock_guard lock(mutex_);
  place_ = std::move(place);
}

Result<std::string> ScratchSpace::Path() {
  const std::lock_guard lock(mutex_);
  return place_ ? place_() : own_.Path();
}

ScratchSpace::Place ScratchSpace::ToPath() {
  return [this] { return Path(); };
}

SorterOptions ScratchSpace::Share(double share) {
  const auto bytes = static_cast<size_t>(static_cast<double>(memory_bytes_) * share);
  return {std::max(bytes, kLeastSorterBytes), ToPath()};
}

std::function<SorterOptions(double share)> ScratchSpace::Shares() {
  return [this](double share) { return Share(share); };
}

}  // namespace snaptree
