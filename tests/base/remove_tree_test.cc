#include "base/remove_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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
using test::WriteWholeFile;

// A chain of folders deeper than any path may be long, with a file at the bottom.
void MakeDeep(const std::string& root, int levels) {
  fs::create_directory(root);
  UniqueFd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY));
  for (int i = 0; i < levels; ++i) {
    REQUIRE(::mkdirat(fd.get(), "folder", 0755) == 0);
    fd = UniqueFd(::openat(fd.get(), "folder", O_RDONLY | O_DIRECTORY));
    REQUIRE(fd.valid());
  }
  UniqueFd file(::openat(fd.get(), "file", O_WRONLY | O_CREAT, 0600));
  REQUIRE(file.valid());
}

size_t OpenDescriptors() {
  size_t n = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd")) ++n;
  return n;
}

TEST_CASE("a tree with everything in it is removed, and nothing else") {
  const TempFolder outside;
  WriteWholeFile(outside / "kept", "kept");
  const TempFolder folder;
  const std::string root = folder / "tree";
  fs::create_directories(root + "/a/b/c");
  fs::create_directories(root + "/empty");
  WriteWholeFile(root + "/a/file", "x");
  WriteWholeFile(root + "/a/b/c/\n\xff", "x");
  fs::create_directory_symlink(outside.path(), root + "/a/link");
  fs::create_symlink(outside / "kept", root + "/a/b/link");
  fs::create_symlink("nowhere", root + "/dangling");
  REQUIRE(::mkfifo((root + "/pipe").c_str(), 0600) == 0);
  WriteWholeFile(folder / "beside", "x");
  const size_t descriptors = OpenDescriptors();

  CHECK(RemoveTree(root, 0));
  CHECK_FALSE(fs::exists(fs::symlink_status(root)));
  CHECK(fs::exists(folder / "beside"));
  CHECK(test::ReadWholeFile(outside / "kept") == "kept");
  CHECK(OpenDescriptors() == descriptors);
}

TEST_CASE("what is no folder is removed too, a link without what it leads to") {
  const TempFolder folder;
  fs::create_directory(folder / "real");
  WriteWholeFile(folder / "real/file", "x");
  fs::create_directory_symlink("real", folder / "link");
  CHECK(RemoveTree(folder / "link", 0));
  CHECK_FALSE(fs::exists(fs::symlink_status(folder / "link")));
  CHECK(RemoveTree(folder / "real/file", 0));
  CHECK(fs::is_empty(folder / "real"));
  CHECK(RemoveTree(folder / "missing", 0));
}

TEST_CASE("depth costs no descriptors and no stack") {
  const TempFolder folder;
  MakeDeep(folder / "deep", 3000);
  CHECK(RemoveTree(folder / "deep", 0));
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("two deep chains beside names that the removal itself would like to use") {
  const TempFolder folder;
  fs::create_directory(folder / "root");
  MakeDeep(folder / "root/a", 100);
  MakeDeep(folder / "root/b", 100);
  for (int i = 0; i < 3; ++i) {
    const std::string taken = folder / "root/.snaptree-removal-" + std::to_string(i);
    fs::create_directory(taken);
    WriteWholeFile(taken + "/x", "x");
  }
  CHECK(RemoveTree(folder / "root", 0));
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a wide tree") {
  const TempFolder folder;
  for (int i = 0; i < 500; ++i) {
    const std::string sub = folder / "tree/" + std::string(200, 'n') + std::to_string(i);
    fs::create_directories(sub);
    if (i % 2 == 0) WriteWholeFile(sub + "/f", "x");
  }
  for (int i = 0; i < 3000; ++i) WriteWholeFile(folder / "tree/f" + std::to_string(i), "");
  CHECK(RemoveTree(folder / "tree", 0));
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a deadline ends the removal, which can be taken up again") {
  const TempFolder folder;
  fs::create_directory(folder / "tree");
  for (int i = 0; i < 200; ++i) WriteWholeFile(folder / "tree/" + std::to_string(i), "");
  UniqueFd parent(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY));
  RemovalDeadline over = RemovalDeadline::After(-1);
  CHECK_FALSE(RemoveTreeAt(parent.get(), "tree", &over));
  CHECK_FALSE(fs::is_empty(folder / "tree"));
  RemovalDeadline none = RemovalDeadline::None();
  CHECK(RemoveTreeAt(parent.get(), "tree", &none));
}

TEST_CASE("a deadline after the signal begins with the signal") {
  RemovalDeadline deadline = RemovalDeadline::AfterCancel(0);
  CHECK_FALSE(deadline.HasPassed());
  g_cancel_signal = 2;
  CHECK(deadline.HasPassed());
  RemovalDeadline later = RemovalDeadline::AfterCancel(60000);
  CHECK_FALSE(later.HasPassed());
  g_cancel_signal = 0;
}

TEST_CASE("what may not be removed is left, the rest goes") {
  const TempFolder folder;
  fs::create_directories(folder / "tree/a");
  fs::create_directories(folder / "tree/mounted");
  WriteWholeFile(folder / "tree/a/f", "x");
  const std::string said = test::RunInChild([&]() -> std::string {
    if (!test::MountTmpfs(folder / "tree/mounted", "size=1m")) return "skip";
    WriteWholeFile(folder / "tree/mounted/other", "x");
    if (RemoveTree(folder / "tree", 0)) return "claims to be done";
    if (fs::exists(folder / "tree/a")) return "did not go on past the mount point";
    if (!fs::exists(folder / "tree/mounted/other")) return "entered another file system";
    return "";
  });
  if (said == "skip") {
    WARN("no right to mount: not tried");
    return;
  }
  CHECK(said == "");
}

}  // namespace
}  // namespace snaptree
