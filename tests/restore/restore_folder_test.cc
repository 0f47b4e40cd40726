#include "restore/restore_folder.h"

#include <fcntl.h>
#include <sys/file.h>

#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;
using test::ReadWholeFile;
using test::TempFolder;
using test::WriteWholeFile;

std::string CodeOf(const Status& status) { return status.ok() ? "" : status.code(); }

TEST_CASE("a folder appears under its name when it is published, and not before") {
  TempFolder temp;
  const std::string target = temp / "data";
  {
    Result<RestoreFolder> folder = RestoreFolder::Create(target + "/");
    REQUIRE(folder.ok());
    REQUIRE(folder->MakeFolder("sub", 0700).ok());
    Result<UniqueFd> fd = folder->CreateFile("sub/file");
    REQUIRE(fd.ok());
    REQUIRE(WriteFully(fd->get(), "text", "file").ok());
    REQUIRE(folder->FinishFile(*std::move(fd), "sub/file").ok());
    CHECK_FALSE(fs::exists(target));
    CHECK(fs::exists(target + ".restore-prep"));
    REQUIRE(folder->Publish().ok());
  }
  CHECK(ReadWholeFile(target + "/sub/file") == "text");
  CHECK_FALSE(fs::exists(target + ".restore-prep"));
}

TEST_CASE("what is not published is removed") {
  TempFolder temp;
  {
    Result<RestoreFolder> folder = RestoreFolder::Create(temp / "data");
    REQUIRE(folder.ok());
    REQUIRE(folder->MakeFolder("sub", 0755).ok());
    REQUIRE(folder->CreateFile("sub/file").ok());
  }
  CHECK(fs::is_empty(temp.path()));
}

TEST_CASE("anything of the same name is in the way") {
  TempFolder temp;
  const std::string target = temp / "data";
  SECTION("a folder") { fs::create_directory(target); }
  SECTION("a file") { WriteWholeFile(target, "x"); }
  SECTION("a link that leads nowhere") { fs::create_symlink("none", target); }
  CHECK(CodeOf(RestoreFolder::Check(target)) == "TargetExists");
  CHECK(CodeOf(RestoreFolder::Create(target).status()) == "TargetExists");
}

TEST_CASE("the parent must be there") {
  TempFolder temp;
  CHECK(CodeOf(RestoreFolder::Check(temp / "none/data")) == "NotFound");
}

TEST_CASE("what a killed run left is named, never removed") {
  TempFolder temp;
  const std::string prep = temp / "data.restore-prep";
  fs::create_directory(prep);
  WriteWholeFile(prep + "/mine", "x");
  const Status status = RestoreFolder::Check(temp / "data");
  CHECK(CodeOf(status) == "RestorePrepExists");
  CHECK(status.info().source == prep);
  CHECK(status.info().next.find("rm -r " + prep) != std::string::npos);
  CHECK(CodeOf(RestoreFolder::Create(temp / "data").status()) == "RestorePrepExists");
  CHECK(fs::exists(prep + "/mine"));
}

TEST_CASE("two runs cannot build the same folder") {
  TempFolder temp;
  Result<RestoreFolder> first = RestoreFolder::Create(temp / "data");
  REQUIRE(first.ok());
  CHECK(CodeOf(RestoreFolder::Check(temp / "data")) == "RestoreRunning");
  CHECK(CodeOf(RestoreFolder::Create(temp / "data").status()) == "RestoreRunning");
  CHECK(first->Publish().ok());
}

TEST_CASE("a rename replaces nothing, with and without the kernel's help") {
  TempFolder temp;
  const bool with_flag = GENERATE(true, false);
  const UniqueFd parent(::open(temp.path().c_str(), O_RDONLY | O_DIRECTORY));
  fs::create_directory(temp / "from");
  WriteWholeFile(temp / "from/file", "new");
  const OutputPath to{temp / "to", temp.path(), "to"};
  SECTION("an empty folder") { fs::create_directory(temp / "to"); }
  SECTION("a full folder") {
    fs::create_directory(temp / "to");
    WriteWholeFile(temp / "to/file", "old");
  }
  SECTION("a file") { WriteWholeFile(temp / "to", "old"); }
  CHECK(CodeOf(RenameWithoutReplacing(parent.get(), "from", to, with_flag)) == "TargetExists");
  CHECK(fs::exists(temp / "from/file"));
  fs::remove_all(temp / "to");
  CHECK(RenameWithoutReplacing(parent.get(), "from", to, with_flag).ok());
  CHECK(ReadWholeFile(temp / "to/file") == "new");
}

TEST_CASE("a rename that fails takes back the name that it took") {
  TempFolder temp;
  const UniqueFd parent(::open(temp.path().c_str(), O_RDONLY | O_DIRECTORY));
  const OutputPath to{temp / "to", temp.path(), "to"};
  CHECK_FALSE(RenameWithoutReplacing(parent.get(), "none", to, false).ok());
  CHECK_FALSE(fs::exists(temp / "to"));
}

}  // namespace
}  // namespace snaptree
