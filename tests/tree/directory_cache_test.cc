// Open folders, more of them than are kept open.
#include "tree/directory_cache.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;

UniqueFd OpenRoot(const test::TempFolder& folder) {
  return UniqueFd(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY));
}

bool IsFolder(int fd, const std::string& path) {
  struct stat mine {};
  struct stat named {};
  return ::fstat(fd, &mine) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

TEST_CASE("every folder that is asked for is that folder, made once, however few are kept open") {
  const test::TempFolder folder;
  const UniqueFd root = OpenRoot(folder);
  for (const size_t capacity : {2U, 3U, 7U, 1000U}) {
    const std::string top = "top" + std::to_string(capacity);
    DirectoryCache cache(root.get(), folder.path(), capacity);
    for (size_t i = 0; i < 400; ++i) {
      const size_t at = i * 37 % 60;
      std::string path = top;
      for (size_t depth = 0; depth <= at % 4; ++depth)
        path += "/d" + std::to_string(at >> (3 - depth));
      const Result<int> fd = cache.Open(path);
      REQUIRE(fd.ok());
      REQUIRE(IsFolder(*fd, folder / path));
    }
    size_t folders = 1;
    for (const auto& entry : fs::recursive_directory_iterator(folder / top))
      folders += entry.is_directory() ? 1U : 0U;
    CHECK(cache.created() == folders);
  }
}

TEST_CASE("a link that took the place of a folder is not followed") {
  const test::TempFolder folder;
  const test::TempFolder elsewhere;
  fs::create_directories(elsewhere / "b/c");
  const UniqueFd root = OpenRoot(folder);
  DirectoryCache cache(root.get(), folder.path(), 2);
  REQUIRE(cache.Open("a/b/c").ok());
  REQUIRE(cache.Open("x/y/z").ok());  // nothing of a/b/c is open any more
  fs::rename(folder / "a", folder / "old");
  fs::create_directory_symlink(elsewhere.path(), folder / "a");
  const Result<int> fd = cache.Open("a/b/c");
  REQUIRE_FALSE(fd.ok());
  CHECK(fd.status().code() == "UnsafePath");
}

}  // namespace
}  // namespace snaptree
