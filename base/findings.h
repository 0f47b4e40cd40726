// What a run has to say about its input beyond its result: grouped by a stable snake_case code,
// counted, with the first examples. Not thread-safe: one object per thread, merged at the end.
// Merged in the order of what they are about, several objects say what one would have said, as long
// as no two of them give the same example.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snaptree {

enum class Severity : uint8_t {
  kNote,     // worth knowing; nothing is missing from the output
  kWarning,  // the output is not all that exit code 0 promises
};

struct Finding {
  Severity severity = Severity::kNote;
  std::string text;  // lower-case sentence, said once for all of the group
  uint64_t count = 0;
  // The first different ones (an address, a key, an offset), each with its share of the count.
  std::vector<std::pair<std::string, uint64_t>> examples;

  static constexpr size_t kMaxExamples = 20;

  // The first one; "" when there is none.
  std::string_view example() const {
    return examples.empty() ? std::string_view() : std::string_view(examples.front().first);
  }
  void AddExample(std::string_view what, uint64_t n) {
    if (what.empty()) return;
    for (auto& [known, share] : examples) {
      if (known != what) continue;
      share += n;
      return;
    }
    if (examples.size() < kMaxExamples) examples.emplace_back(what, n);
  }
};

class Findings {
 public:
  void Add(Severity severity, std::string_view code, std::string_view text,
           std::string_view example = {}, uint64_t count = 1) {
    Finding& f = by_code_[std::string(code)];
    if (f.count == 0) f.text = text;
    f.AddExample(example, count);
    if (severity > f.severity) f.severity = severity;
    f.count += count;
  }
  void Note(std::string_view code, std::string_view text, std::string_view example = {},
            uint64_t count = 1) {
    Add(Severity::kNote, code, text, example, count);
  }
  void Warn(std::string_view code, std::string_view text, std::string_view example = {},
            uint64_t count = 1) {
    Add(Severity::kWarning, code, text, example, count);
  }
  // All of one group of another object.
  void AddFrom(std::string_view code, const Finding& from) {
    Finding& f = by_code_[std::string(code)];
    if (f.count == 0) f.text = from.text;
    for (const auto& [example, n] : from.examples) f.AddExample(example, n);
    if (from.severity > f.severity) f.severity = from.severity;
    f.count += from.count;
  }
  void Merge(const Findings& other) {
    for (const auto& [code, f] : other.by_code_) AddFrom(code, f);
  }

  // By code, in byte order.
  const std::map<std::string, Finding>& by_code() const { return by_code_; }
  bool HasWarning() const {
    for (const auto& [code, f] : by_code_) {
      if (f.severity == Severity::kWarning) return true;
    }
    return false;
  }

 private:
  std::map<std::string, Finding> by_code_;
};

}  // namespace snaptree
