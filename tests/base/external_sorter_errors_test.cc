// What a sorter says when its scratch files fail, and when the run is ended.
#include <filesystem>

#include <catch2/catch.hpp>

#include "base/cancel.h"
#include "base/coding.h"
#include "base/external_sorter.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using test::TempFolder;

constexpr size_t kTiny = 1;  // every further pair makes a run of the ones before it

SorterOptions Options(size_t memory, const TempFolder& folder) {
  return {memory, [&folder]() -> Result<std::string> { return folder.path(); }};
}

TEST_CASE("errors of the scratch folder come out, of the environment") {
  ExternalSorter none(
      {kTiny, []() -> Result<std::string> { return EnvironmentError("NoSpace", "no folder"); }});
  REQUIRE(none.Add("a", "").ok());
  const Status refused = none.Add("b", "");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.code() == "NoSpace");

  ExternalSorter gone({kTiny, []() -> Result<std::string> { return std::string("/no/such"); }});
  REQUIRE(gone.Add("a", "").ok());
  const Status missing = gone.Add("b", "");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.code() == "Io");
  CHECK(missing.kind() == ErrorKind::kEnvironment);
}

TEST_CASE("a full scratch folder says so") {
  const TempFolder folder;
  CHECK(test::RunInChild([&]() -> std::string {
          if (!test::MountTmpfs(folder.path(), "size=256k")) return "";  // not allowed here
          ExternalSorter sorter(Options(size_t{1} << 20, folder));
          Status status;
          for (uint64_t n = 0; n < 30000 && status.ok(); ++n) {
            std::string key;
            AppendBe64(&key, n * 2654435761U);
            status = sorter.Add(key, std::string(100, 'x'));
          }
          return test::ExpectCode(status, "NoSpace");
        }).empty());
}

TEST_CASE("a run file that was cut or lost is an error, not a shorter result") {
  const TempFolder folder;
  ExternalSorter sorter(Options(size_t{1} << 20, folder));
  for (uint64_t n = 0; n < 30000; ++n) {
    std::string key;
    AppendBe64(&key, n * 2654435761U);
    REQUIRE(sorter.Add(key, std::string(100, 'x')).ok());
  }
  REQUIRE(sorter.spilled());
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    std::filesystem::resize_file(file.path(), file.file_size() / 2);
    break;
  }
  const Status finished = sorter.Finish();
  REQUIRE_FALSE(finished.ok());
  CHECK(finished.kind() == ErrorKind::kEnvironment);
}

TEST_CASE("a signal ends the writing of a run") {
  const TempFolder folder;
  ExternalSorter sorter(Options(kTiny, folder));
  REQUIRE(sorter.Add("a", "").ok());
  g_cancel_signal = 2;
  const Status cancelled = sorter.Add("b", "");
  g_cancel_signal = 0;
  REQUIRE_FALSE(cancelled.ok());
  CHECK(cancelled.kind() == ErrorKind::kCancelled);
}

}  // namespace
}  // namespace snaptree
