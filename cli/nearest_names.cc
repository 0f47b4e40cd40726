#include "cli/nearest_names.h"

#include <algorithm>
#include <utility>

namespace snaptree::cli {
namespace {

// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
size_t EditDistance(Slice a, Slice b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<Slice> NearestNames(Slice given, std::span<const Slice> names) {
  constexpr size_t kLongest = 64;  // nobody mistypes a longer name
  constexpr size_t kMost = 3;
  std::vector<std::pair<size_t, Slice>> near;
  if (given.empty() || given.size() > kLongest) return {};
  const size_t limit = std::max<size_t>(1, given.size() / 3);
  for (const Slice name : names) {
    // What would have been an abbreviation is near, whatever its length.
    const size_t distance = name.starts_with(given) ? 1 : EditDistance(given, name);
    if (distance <= limit) near.emplace_back(distance, name);
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Slice> out;
  for (const auto& [distance, name] : near) {
    if (out.size() < kMost && std::find(out.begin(), out.end(), name) == out.end())
      out.push_back(name);
  }
  return out;
}

std::string NearestHint(Slice given, std::span<const Slice> names) {
  const std::vector<Slice> near = NearestNames(given, names);
  if (near.empty()) return "";
  std::string text = "did you mean ";
  for (size_t i = 0; i < near.size(); ++i) {
    if (i > 0) text += i + 1 == near.size() ? " or " : ", ";
    text += near[i];
  }
  return text + "?";
}

std::string JoinNames(std::span<const Slice> names, Slice separator) {
  std::string text;
  for (const Slice name : names) {
    if (!text.empty()) text += separator;
    text += name;
  }
  return text;
}

}  // namespace snaptree::cli
