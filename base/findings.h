// What a run has to say about its input beyond its result: grouped by a stable snake_case code,
// counted, with the first example. Not thread-safe: one object per thread, merged at the end.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace snaptree {

enum class Severity : uint8_t {
  kNote,     // worth knowing; nothing is missing from the output
  kWarning,  // the output is not all that exit code 0 promises
};

struct Finding {
  Severity severity = Severity::kNote;
  std::string text;     // lower-case sentence, said once for all of the group
  std::string example;  // of the first one: an address, a key, an offset
  uint64_t count = 0;
};

class Findings {
 public:
  void Add(Severity severity, std::string_view code, std::string_view text,
           std::string_view example = {}, uint64_t count = 1) {
    Finding& f = by_code_[std::string(code)];
    if (f.count == 0) {
      f.text = text;
      f.example = example;
    }
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
  void Merge(const Findings& other) {
    for (const auto& [code, f] : other.by_code_) Add(f.severity, code, f.text, f.example, f.count);
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
