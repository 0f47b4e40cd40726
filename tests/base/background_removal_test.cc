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

enum class Seen { kAllRight, kTooLate, kWrong };

// Hands a folder over to a child and looks at what the child holds while it is at work.
Seen WatchChild(const std::string& folder) {
  const UniqueFd parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY));
  UniqueFd lock(::open((folder + "/a").c_str(), O_RDONLY | O_DIRECTORY));
  const UniqueFd other(::open((folder + "/a").c_str(), O_RDONLY | O_DIRECTORY));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return Seen::kWrong;
  int ends[2];
  if (::pipe(ends) != 0) return Seen::kWrong;
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  if (!RemoveOrHandOver({{parent.get(), "a", lock.get()}, {parent.get(), "b", -1}}, 0)) {
    return Seen::kWrong;
  }
  lock.Reset();
  write_end.Reset();
  // Output of ours that the child kept open would only end here when the child ends, and its lock
  // with it.
  char byte;
  if (::read(read_end.get(), &byte, 1) != 0) return Seen::kWrong;
  ::usleep(2000);  // an end of the child is not seen everywhere at the same instant
  const bool locked = ::flock(other.get(), LOCK_EX | LOCK_NB) != 0;
  int status = 0;
  if (::wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return Seen::kWrong;
  if (!fs::is_empty(folder)) return Seen::kWrong;
  return locked ? Seen::kAllRight : Seen::kTooLate;
}

TEST_CASE("after a signal a child goes on, holds the lock, and nothing else of ours") {
  const TempFolder folder;
  // In a child that becomes the parent of the removal, so that nobody else's children are waited
  // for.
  CHECK(test::RunInChild([&]() -> std::string {
          g_cancel_signal = SIGINT;
          for (int attempt = 0; attempt < 20; ++attempt) {
            Fill(folder / "a", 4000);
            Fill(folder / "b", 50);
            const Seen seen = WatchChild(folder.path());
            if (seen == Seen::kAllRight) return "";
            if (seen == Seen::kWrong) return "wrong";
          }
          return "the child was never seen at work with the lock in its hands";
        }) == "");
}

}  // namespace
}  // namespace snaptree
