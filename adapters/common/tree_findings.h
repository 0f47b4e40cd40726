// What reading a tree has to say: errors, after which reading goes on to find more of them, and
// findings that do not stop anything. Any thread may add. What comes out does not depend on the
// order in which it went in: of the examples of a code, those with the smallest text are kept.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/findings.h"
#include "base/status.h"

namespace snaptree {

class TreeFindings {
 public:
  // Errors of one code beyond this are counted, not kept.
  static constexpr size_t kMaxErrors = 10000;

  // Takes a data error that makes the tree unusable and returns success: the caller goes on. Any
  // other error (environment, cancelled) comes back: the run is over.
  Status TakeError(Status error);

  void Note(std::string_view code, std::string_view text, std::string_view example = {},
            uint64_t count = 1) {
    Add(Severity::kNote, code, text, example, count);
  }
  void Warn(std::string_view code, std::string_view text, std::string_view example = {},
            uint64_t count = 1) {
    Add(Severity::kWarning, code, text, example, count);
  }
  void Add(Severity severity, std::string_view code, std::string_view text,
           std::string_view example, uint64_t count);

  bool HasErrors() const;
  uint64_t errors() const;  // all of them, also those that were not kept
  std::map<std::string, uint64_t> ErrorCounts() const;  // the same, by code
  // Ascending by source, then code and place.
  std::vector<Status> Errors() const;
  Findings TakeFindings() const;

 private:
  struct Kept {
    Severity severity = Severity::kNote;
    std::string text;
    uint64_t count = 0;
    std::map<std::string, uint64_t> examples;
  };
  struct KeptErrors {
    uint64_t count = 0;
    std::multimap<std::string, Status> by_place;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Kept, std::less<>> by_code_;
  std::map<std::string, KeptErrors> errors_;
  uint64_t error_count_ = 0;
};

}  // namespace snaptree
