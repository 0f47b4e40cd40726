// What a sort takes of the memory when its keys are as long as a store takes them. In a process of
// its own, because the peak of this one is that of all tests before.
#include <fstream>

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "base/external_sorter.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using test::TempFolder;

uint64_t PeakKilobytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  uint64_t kilobytes = 0;
  while (status >> word) {
    if (word == "VmHWM:") status >> kilobytes;
  }
  return kilobytes;
}

std::string SortLongKeys(const TempFolder& folder) {
  ExternalSorter sorter(
      {size_t{4} << 20, [&folder]() -> Result<std::string> { return folder.path(); }});
  const std::string common(size_t{1} << 20, 'k');
  constexpr uint64_t kKeys = 150;
  for (uint64_t n = 0; n < kKeys; ++n) {
    std::string key = common;
    AppendBe64(&key, (n * 7) % kKeys);
    if (!sorter.Add(key, "").ok()) return "add";
  }
  if (!sorter.Finish().ok()) return "finish";
  Slice key;
  Slice payload;
  for (uint64_t n = 0; n < kKeys; ++n) {
    const Result<bool> more = sorter.Next(&key, &payload);
    if (!more.ok() || !*more) return "next";
    if (LoadBe64(key.data() + common.size()) != n) return "order";
  }
  return "";
}

// Sanitizers keep what was freed, or have a memory of their own for each byte.
#ifndef __has_feature  // clang's way to tell
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kMeasurable = false;
#else
constexpr bool kMeasurable = true;
#endif

TEST_CASE("long keys are sorted within the memory too") {
  const TempFolder folder;
  CHECK(test::RunInChild([&]() -> std::string {
          const uint64_t before = PeakKilobytes();
          const std::string problem = SortLongKeys(folder);
          if (!problem.empty()) return problem;
          // The ceiling, a merge beside it, and what the libraries take. All keys are 150 MiB.
          const uint64_t grown = PeakKilobytes() - before;
          const bool held = !kMeasurable || grown < (40U << 10);
          return held ? "" : "grew by " + std::to_string(grown) + " KB";
        }).empty());
}

}  // namespace
}  // namespace snaptree
