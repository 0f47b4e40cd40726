#include "tree/case_folding.h"

#include <fcntl.h>

#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

TEST_CASE("the probe agrees with the file system and leaves nothing") {
  const test::TempFolder folder;
  const UniqueFd fd(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY));
  test::WriteWholeFile(folder / "case", "");
  const bool folds = std::filesystem::exists(folder / "CASE");
  std::filesystem::remove(folder / "case");
  CHECK(FoldsNames(fd.get()) == folds);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("names are compared byte by byte") {
  const test::TempFolder folder;
  const UniqueFd fd(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY));
  std::filesystem::create_directory(folder / "Orders");
  for (int round = 0; round < 2; ++round) {
    CHECK(HasEntryNamed(fd.get(), "Orders"));
    CHECK_FALSE(HasEntryNamed(fd.get(), "orders"));
    CHECK_FALSE(HasEntryNamed(fd.get(), "Order"));
  }
}

}  // namespace
}  // namespace snaptree
