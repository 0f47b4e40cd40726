// Files appear under their final names complete or not at all.
#include "base/staged_files.h"

#include <sys/stat.h>

#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace snaptree::test {
namespace {

namespace fs = std::filesystem;

size_t Entries(const std::string& folder) {
  return static_cast<size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

void Fill(StagedFiles& files, const std::string& suffix, const std::string& text) {
  Result<UniqueFd> fd = files.CreateFile(suffix);
  REQUIRE(fd.ok());
  REQUIRE(WriteFully(fd->get(), text, "test").ok());
}

}  // namespace

TEST_CASE("an output and what stands beside it appear together") {
  const TempFolder folder;
  {
    Result<StagedFiles> files = StagedFiles::Create(folder / "out.fsm", false);
    REQUIRE(files.ok());
    Fill(*files, "", "snapshot");
    Fill(*files, ".info", "about it");
    CHECK_FALSE(fs::exists(folder / "out.fsm"));
    REQUIRE(files->Publish().ok());
  }
  CHECK(ReadWholeFile(folder / "out.fsm") == "snapshot");
  CHECK(ReadWholeFile(folder / "out.fsm.info") == "about it");
  CHECK(Entries(folder.path()) == 2);
  struct stat status {};
  REQUIRE(::stat((folder / "out.fsm").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("what is not published leaves nothing, and an older output as it was") {
  const TempFolder folder;
  WriteWholeFile(folder / "out.fsm", "older");
  {
    Result<StagedFiles> files = StagedFiles::Create(folder / "out.fsm", true);
    REQUIRE(files.ok());
    Fill(*files, "", "newer");
  }
  CHECK(ReadWholeFile(folder / "out.fsm") == "older");
  CHECK(Entries(folder.path()) == 1);
}

TEST_CASE("an existing output is replaced only when asked for") {
  const TempFolder folder;
  WriteWholeFile(folder / "out.fsm", "older");
  CHECK(StagedFiles::Create(folder / "out.fsm", false).status().code() == "OutputExists");
  {
    Result<StagedFiles> files = StagedFiles::Create(folder / "out.fsm", true);
    REQUIRE(files.ok());
    Fill(*files, "", "newer");
    REQUIRE(files->Publish().ok());
  }
  CHECK(ReadWholeFile(folder / "out.fsm") == "newer");
  fs::create_directory(folder / "folder");
  CHECK(StagedFiles::Create(folder / "folder", true).status().code() == "OutputExists");
  fs::create_symlink(folder / "out.fsm", folder / "link");
  CHECK(StagedFiles::Create(folder / "link", false).status().code() == "OutputExists");
  CHECK(StagedFiles::Create(folder / "none/out", false).status().code() == "NotFound");
}

TEST_CASE("an output that appears while another is written is not replaced") {
  const TempFolder folder;
  Result<StagedFiles> files = StagedFiles::Create(folder / "out.fsm", false);
  REQUIRE(files.ok());
  Fill(*files, "", "ours");
  WriteWholeFile(folder / "out.fsm", "theirs");
  CHECK(files->Publish().code() == "OutputExists");
  CHECK(ReadWholeFile(folder / "out.fsm") == "theirs");
}

TEST_CASE("what a killed run left is removed by the next one of the same output") {
  const TempFolder folder;
  fs::create_directory(folder / ".out.fsm.snaptree-0123456789abcdef");
  WriteWholeFile(folder / ".out.fsm.snaptree-0123456789abcdef/output", "half");
  {
    Result<StagedFiles> files = StagedFiles::Create(folder / "out.fsm", false);
    REQUIRE(files.ok());
    Fill(*files, "", "whole");
    REQUIRE(files->Publish().ok());
  }
  CHECK(Entries(folder.path()) == 1);
}

}  // namespace snaptree::test
