#include "base/scratch_space.h"

#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;
using test::TempFolder;

TEST_CASE("a share of the memory, but never too little") {
  ScratchSpace scratch(uint64_t{100} << 20, "/no/such/folder");
  CHECK(scratch.Share(0.5).memory_bytes == size_t{50} << 20);
  CHECK(scratch.Share(0).memory_bytes == size_t{256} << 10);
  CHECK(scratch.Shares()(0.25).memory_bytes == size_t{25} << 20);
}

TEST_CASE("the folder of a run is made once, by whoever asks first") {
  const TempFolder parent;
  {
    ScratchSpace scratch(1, parent.path());
    const SorterOptions sorter = scratch.Share(1);
    const ScratchSpace::Place place = scratch.ToPath();
    CHECK(fs::is_empty(parent.path()));
    std::vector<std::string> paths(8);
    std::vector<std::thread> threads;
    for (std::string& path : paths) threads.emplace_back([&] { path = *sorter.scratch_folder(); });
    for (std::thread& thread : threads) thread.join();
    for (const std::string& path : paths) CHECK(path == *place());
    CHECK(*scratch.Path() == paths[0]);
    CHECK(fs::path(paths[0]).parent_path() == parent.path());
    CHECK(std::distance(fs::directory_iterator(parent.path()), fs::directory_iterator()) == 1);
  }
  CHECK(fs::is_empty(parent.path()));
}

TEST_CASE("without a folder of the user's it is the system's") {
  ScratchSpace scratch(1, "");
  const std::string path = *scratch.Path();
  CHECK(fs::path(path).parent_path() == fs::path(TemporaryFolder()));
}

TEST_CASE("sorters that were made before go where the run went") {
  const TempFolder parent;
  const TempFolder staged;
  ScratchSpace scratch(1, parent.path());
  const SorterOptions before = scratch.Share(0);
  scratch.GoTo([&]() -> Result<std::string> { return staged.path(); });
  CHECK(*before.scratch_folder() == staged.path());
  CHECK(*scratch.Path() == staged.path());
  CHECK(fs::is_empty(parent.path()));
}

TEST_CASE("a folder that cannot be made is an error of each who asks") {
  ScratchSpace scratch(1, "/no/such/folder");
  CHECK_FALSE(scratch.Path().ok());
  CHECK_FALSE(scratch.Share(0).scratch_folder().ok());
}

}  // namespace
}  // namespace snaptree
