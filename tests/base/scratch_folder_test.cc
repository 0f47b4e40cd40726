#include "base/scratch_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;
using test::TempFolder;
using test::WriteWholeFile;

TEST_CASE("the folder appears when it is asked for and goes with its owner") {
  const TempFolder parent;
  {
    ScratchFolder scratch(parent.path());
    CHECK(fs::is_empty(parent.path()));
    const Result<std::string> path = scratch.Path();
    REQUIRE(path.ok());
    CHECK(fs::path(*path).parent_path() == parent.path());
    struct stat st {};
    REQUIRE(::stat(path->c_str(), &st) == 0);
    CHECK((st.st_mode & 0777) == 0700);
    CHECK(*scratch.Path() == *path);
    fs::create_directories(*path + "/deep/er");
    WriteWholeFile(*path + "/deep/er/file", "x");
  }
  CHECK(fs::is_empty(parent.path()));
  { const ScratchFolder never_asked(parent.path()); }
  CHECK(fs::is_empty(parent.path()));
}

TEST_CASE("what a killed run left is removed, what a live one uses is not") {
  const TempFolder parent;
  fs::create_directories(parent / ".snaptree-scratch-dead/sub");
  WriteWholeFile(parent / ".snaptree-scratch-dead/sub/run-1.sst", "x");
  fs::create_directory(parent / ".snaptree-scratch-busy");
  WriteWholeFile(parent / ".snaptree-scratch-busy/run-1.sst", "x");
  fs::create_directory(parent / "scratch");
  fs::create_directory(parent / ".snaptree");
  WriteWholeFile(parent / ".snaptree-scratch-file", "not a folder");
  const UniqueFd lock(
      ::open((parent / ".snaptree-scratch-busy").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(::flock(lock.get(), LOCK_EX | LOCK_NB) == 0);

  ScratchFolder first(parent.path());
  REQUIRE(first.Path().ok());
  CHECK_FALSE(fs::exists(parent / ".snaptree-scratch-dead"));
  CHECK(fs::exists(parent / ".snaptree-scratch-busy/run-1.sst"));
  CHECK(fs::exists(parent / "scratch"));
  CHECK(fs::exists(parent / ".snaptree"));
  CHECK(fs::exists(parent / ".snaptree-scratch-file"));

  ScratchFolder second(parent.path());
  REQUIRE(second.Path().ok());
  CHECK(fs::exists(*first.Path()));
  CHECK(*first.Path() != *second.Path());
}

TEST_CASE("a symbolic link with the name of a scratch folder is not followed") {
  const TempFolder outside;
  WriteWholeFile(outside / "kept", "kept");
  const TempFolder parent;
  fs::create_directory_symlink(outside.path(), parent / ".snaptree-scratch-link");
  ScratchFolder scratch(parent.path());
  REQUIRE(scratch.Path().ok());
  CHECK(fs::exists(outside / "kept"));
}

TEST_CASE("the folder of a killed process is removed by the next one") {
  const TempFolder parent;
  CHECK(test::RunInChild([&]() -> std::string {
          auto* scratch = new ScratchFolder(parent.path());  // its destructor does not run
          const Result<std::string> path = scratch->Path();
          if (!path.ok()) return path.status().Message();
          WriteWholeFile(*path + "/run-1.sst", "x");
          return "";
        }).empty());
  CHECK_FALSE(fs::is_empty(parent.path()));
  {
    ScratchFolder scratch(parent.path());
    REQUIRE(scratch.Path().ok());
  }
  CHECK(fs::is_empty(parent.path()));
}

TEST_CASE("runs that begin at one time do not take each other's folders") {
  const TempFolder parent;
  std::atomic<int> lost{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 300; ++i) {
        ScratchFolder scratch(parent.path());
        const Result<std::string> path = scratch.Path();
        if (!path.ok() || !fs::exists(*path)) ++lost;
        std::this_thread::yield();
        if (path.ok() && !fs::exists(*path)) ++lost;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(lost == 0);
  CHECK(fs::is_empty(parent.path()));
}

TEST_CASE("a parent that is not there is named") {
  ScratchFolder scratch("/no/such/folder");
  const Result<std::string> path = scratch.Path();
  REQUIRE_FALSE(path.ok());
  CHECK(path.status().code() == "NotFound");
  CHECK(path.status().info().source == "/no/such/folder");
}

}  // namespace
}  // namespace snaptree
