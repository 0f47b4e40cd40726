#include "base/background_removal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include <catch2/catch.hpp>

#include "base/cancel.h"
#include "base/file.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;
using test::TempFolder;

void Fill(const std::string& folder, int files) {
  fs::create_directories(folder);
  for (int i = 0; i < files; ++i) test::WriteWholeFile(folder + "/" + std::to_string(i), "x");
}

TEST_CASE("without a signal removals are done when the call returns") {
  const TempFolder folder;
  Fill(folder / "a", 50);
  Fill(folder / "b", 50);
  const UniqueFd parent(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY));
  CHECK(RemoveOrHandOver({{parent.get(), "a", -1}, {parent.get(), "b", -1}}, 0));
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("after a signal a child goes on, holds the lock, and nothing else of ours") {
  const TempFolder folder;
  Fill(folder / "a", 3000);
  Fill(folder / "b", 50);
  // In a child that becomes the parent of the removal, so that the test can wait for both.
  const std::string said = test::RunInChild([&]() -> std::string {
    int ends[2];
    if (::pipe(ends) != 0) return "pipe";
    const UniqueFd parent(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY));
    UniqueFd lock(::open((folder / "a").c_str(), O_RDONLY | O_DIRECTORY));
    const UniqueFd other(::open((folder / "a").c_str(), O_RDONLY | O_DIRECTORY));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return "lock";
    g_cancel_signal = SIGINT;
    const bool handed =
        RemoveOrHandOver({{parent.get(), "a", lock.get()}, {parent.get(), "b", -1}}, 0);
    if (!handed) return "not handed over";
    lock.Reset();
    ::close(ends[1]);
    char byte;
    if (::read(ends[0], &byte, 1) != 0) return "the pipe is still open in the child";
    // Waits for the child to let go.
    if (::flock(other.get(), LOCK_EX) != 0) return "flock";
    int status = 0;
    if (::wait(&status) < 0) return "no child";
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return "the child failed";
    return "";
  });
  CHECK(said == "");
  CHECK(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace snaptree
