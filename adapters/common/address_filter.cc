#include "adapters/common/address_filter.h"

#include <fnmatch.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

namespace snaptree {
namespace {

constexpr size_t kNearest = 3;

// Bytes that two addresses share at their beginnings and ends: what a slip of the hand leaves.
size_t Likeness(Slice a, Slice b) {
  const size_t n = std::min(a.size(), b.size());
  size_t front = 0;
  while (front < n && a[front] == b[front]) ++front;
  size_t back = 0;
  while (back < n - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  return front + back;
}

// The addresses seen so far that are most like a text; the same whatever the order in which they
// were seen.
class Nearest {
 public:
  void See(Slice text, Slice address) {
    const size_t likeness = Likeness(text, address);
    if (seen_.size() == kNearest && likeness < seen_.back().first) return;
    std::pair<size_t, std::string> entry(likeness, address);
    const auto more = [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    };
    const auto at = std::lower_bound(seen_.begin(), seen_.end(), entry, more);
    if (at != seen_.end() && *at == entry) return;
    seen_.insert(at, std::move(entry));
    if (seen_.size() > kNearest) seen_.pop_back();
  }
  std::vector<std::string> addresses() const {
    std::vector<std::string> out;
    for (const auto& [likeness, address] : seen_) out.push_back(address);
    return out;
  }

 private:
  std::vector<std::pair<size_t, std::string>> seen_;  // the most like it first
};

// What one pattern or file has met.
struct Meeting {
  explicit Meeting(std::string the_text) : text(std::move(the_text)) {}
  const std::string text;
  std::atomic<bool> matched{false};
  void Mark() { matched.store(true, std::memory_order_relaxed); }
  Nearest nearest;
};

class Pattern {
 public:
  explicit Pattern(std::string text)
      : meeting_(std::make_unique<Meeting>(std::move(text))),
        glob_(meeting_->text.starts_with("./") ? meeting_->text.substr(2) : meeting_->text),
        literal_(glob_.substr(0, glob_.find_first_of("*?[\\"))),
        is_literal_(literal_.size() == glob_.size()) {
    if (glob_.ends_with('/')) glob_ += '*';  // a folder: all below it
    while (is_literal_ && literal_.ends_with('/')) literal_.pop_back();
  }

  bool Matches(const std::string& address) const {
    if (Slice(address).substr(0, literal_.size()) != literal_) return false;
    if (is_literal_) return address.size() == literal_.size() || address[literal_.size()] == '/';
    return ::fnmatch(glob_.c_str(), address.c_str(), FNM_LEADING_DIR) == 0;
  }
  bool MayMatchBelow(Slice folder) const {
    const size_t n = std::min(folder.size(), literal_.size());
    return folder.substr(0, n) == Slice(literal_).substr(0, n);
  }
  // Whether it is plain that all below the folder matches, whatever it is: the pattern names the
  // folder, or one above it.
  bool HoldsAllBelow(Slice folder) const {
    folder.remove_suffix(1);
    if (Matches(std::string(folder))) return true;
    if (!glob_.ends_with("/*")) return false;
    return ::fnmatch(glob_.substr(0, glob_.size() - 2).c_str(), std::string(folder).c_str(),
                     FNM_LEADING_DIR) == 0;
  }
  Meeting& meeting() const { return *meeting_; }

 private:
  std::unique_ptr<Meeting> meeting_;
  std::string glob_;
  std::string literal_;  // what every match begins with
  bool is_literal_;
};

}  // namespace

struct AddressFilter::Rep {
  std::vector<Pattern> include;
  std::vector<Pattern> exclude;
  std::vector<std::unique_ptr<Meeting>> files;  // ascending
  bool all_unless_excluded = false;
  std::mutex mutex;  // of every Nearest

  // The first file that is not below a text; null: there is none.
  Meeting* FirstFrom(Slice address) const {
    const auto at = std::lower_bound(
        files.begin(), files.end(), address,
        [](const std::unique_ptr<Meeting>& file, Slice text) { return file->text < text; });
    return at != files.end() ? at->get() : nullptr;
  }
  Meeting* FileOf(Slice address) const {
    Meeting* const file = FirstFrom(address);
    return file != nullptr && file->text == address ? file : nullptr;
  }
  // Marks what stands for the address, and says whether anything does.
  bool MarkAskedFor(const std::string& address) const {
    bool asked = MarkMatching(include, address);
    if (Meeting* const file = FileOf(address); file != nullptr) {
      file->Mark();
      asked = true;
    }
    return asked;
  }
  static bool MarkMatching(const std::vector<Pattern>& patterns, const std::string& address) {
    bool any = false;
    for (const Pattern& pattern : patterns) {
      if (!pattern.Matches(address)) continue;
      pattern.meeting().Mark();
      any = true;
    }
    return any;
  }
  bool Selects(Slice address, bool asked) {
    const std::string text(address);
    asked = MarkAskedFor(text) || asked;
    const bool excluded = MarkMatching(exclude, text);
    See(address);
    return asked && !excluded;
  }
  bool HasFileBelow(Slice folder) const {
    const Meeting* const file = FirstFrom(folder);
    return file != nullptr && Slice(file->text).starts_with(folder);
  }
  template <class Take>
  void ForEachMeeting(Take take) const {
    for (const Pattern& pattern : include) take(pattern.meeting());
    for (const Pattern& pattern : exclude) take(pattern.meeting());
    for (const auto& file : files) take(*file);
  }
  // Long lists of files are made by programs: nobody needs hints for them, and they would cost
  // time.
  void See(Slice address) {
    if (include.size() + exclude.size() + files.size() > 64) return;
    ForEachMeeting([&](Meeting& meeting) {
      if (meeting.matched.load(std::memory_order_relaxed)) return;
      const std::lock_guard lock(mutex);
      meeting.nearest.See(meeting.text, address);
    });
  }
};

AddressFilter::AddressFilter() = default;
AddressFilter::~AddressFilter() = default;

AddressFilter::AddressFilter(AddressFilterOptions options) {
  if (options.include.empty() && options.exclude.empty() && !options.from_files) return;
  rep_ = std::make_unique<Rep>();
  for (std::string& text : options.include) rep_->include.emplace_back(std::move(text));
  for (std::string& text : options.exclude) rep_->exclude.emplace_back(std::move(text));
  std::sort(options.files.begin(), options.files.end());
  options.files.erase(std::unique(options.files.begin(), options.files.end()), options.files.end());
  for (std::string& text : options.files) {
    rep_->files.push_back(std::make_unique<Meeting>(std::move(text)));
  }
  rep_->all_unless_excluded = rep_->include.empty() && !options.from_files;
}

bool AddressFilter::SelectsOne(Slice address) const {
  return rep_->Selects(address, rep_->all_unless_excluded);
}

// A name that is excluded asks for nothing.
bool AddressFilter::SelectsOneOfTwo(Slice address, Slice beside) const {
  const bool by_itself = MarkAskedFor(address) || rep_->all_unless_excluded;
  const bool by_other = MarkAskedFor(beside) && (by_itself || !MarkExcluded(beside));
  return rep_->Selects(address, by_itself || by_other);
}

bool AddressFilter::MarkAskedFor(Slice path) const { return rep_->MarkAskedFor(std::string(path)); }

bool AddressFilter::MarkExcluded(Slice path) const {
  return Rep::MarkMatching(rep_->exclude, std::string(path));
}

bool AddressFilter::MaySelect(Slice folder) const {
  for (const Pattern& pattern : rep_->exclude) {
    if (!pattern.HoldsAllBelow(folder)) continue;
    pattern.meeting().Mark();
    return false;
  }
  bool may = rep_->all_unless_excluded || rep_->HasFileBelow(folder);
  for (const Pattern& pattern : rep_->include) may = may || pattern.MayMatchBelow(folder);
  if (!may) rep_->See(folder);
  return may;
}

std::vector<AddressFilter::Unmatched> AddressFilter::unmatched() const {
  std::vector<Unmatched> out;
  if (everything()) return out;
  rep_->ForEachMeeting([&](const Meeting& meeting) {
    if (!meeting.matched) out.push_back({meeting.text, meeting.nearest.addresses()});
  });
  return out;
}

}  // namespace snaptree
