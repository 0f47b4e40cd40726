#include "base/staged_output.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <filesystem>

#include <catch2/catch.hpp>

#include "base/cancel.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;
using test::ReadWholeFile;
using test::TempFolder;
using test::WriteWholeFile;

StagedOutput MustCreate(const std::string& output, bool replace = false) {
  Result<StagedOutput> staged = StagedOutput::Create(output, replace);
  if (!staged.ok()) throw std::runtime_error(staged.status().Message());
  return *std::move(staged);
}

// Creates, writes one file and publishes.
Status PublishOne(const std::string& output, bool replace = false) {
  Result<StagedOutput> staged = StagedOutput::Create(output, replace);
  if (!staged.ok()) return std::move(staged).status();
  WriteWholeFile(staged->path() + "/new", "new");
  return staged->Publish();
}

std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

void CheckRefused(const Status& status, const std::string& code, ErrorKind kind,
                  const std::string& path) {
  REQUIRE_FALSE(status.ok());
  CHECK(status.code() == code);
  CHECK(status.kind() == kind);
  CHECK(status.info().source.find(path) != std::string::npos);
}

TEST_CASE("an output appears complete, under its name, with nothing beside it") {
  const TempFolder folder;
  {
    StagedOutput staged = MustCreate(folder / "out");
    CHECK_FALSE(fs::exists(folder / "out"));
    CHECK(staged.final_path() == folder / "out");
    const Result<std::string> scratch = staged.ScratchFolder("");
    REQUIRE(scratch.ok());
    CHECK((fs::status(*scratch).permissions() & fs::perms::mask) == fs::perms::owner_all);
    CHECK(*staged.ScratchFolder("") == *scratch);
    WriteWholeFile(*scratch + "/run", "x");
    WriteWholeFile(staged.path() + "/new", "new");
    CHECK(NamesIn(folder.path()).size() == 2);
    REQUIRE(staged.Publish().ok());
    CHECK(NamesIn(folder.path()) == Names{"out"});
  }
  CHECK(ReadWholeFile(folder / "out/new") == "new");
  CHECK(NamesIn(folder.path()) == Names{"out"});
}

TEST_CASE("an output that is not published leaves nothing") {
  const TempFolder folder;
  {
    StagedOutput first = MustCreate(folder / "out");
    const StagedOutput staged = std::move(first);
    fs::create_directories(staged.path() + "/a/b");
    WriteWholeFile(staged.path() + "/a/b/c", "x");
  }
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("what is there is refused unless it is an empty folder") {
  const TempFolder folder;
  fs::create_directory(folder / "empty");
  CHECK(PublishOne(folder / "empty").ok());
  CHECK(NamesIn(folder / "empty") == Names{"new"});

  fs::create_directory(folder / "full");
  WriteWholeFile(folder / "full/old", "old");
  WriteWholeFile(folder / "file", "old");
  for (const char* name : {"full", "file"}) {
    CheckRefused(PublishOne(folder / name), "OutputExists", ErrorKind::kUsage, folder / name);
  }
  CHECK(ReadWholeFile(folder / "full/old") == "old");
  CHECK(ReadWholeFile(folder / "file") == "old");
  CHECK(NamesIn(folder.path()) == Names{"empty", "file", "full"});
}

TEST_CASE("with replace, folders and files give way as a whole") {
  const TempFolder folder;
  fs::create_directories(folder / "full/sub");
  WriteWholeFile(folder / "full/sub/old", "old");
  WriteWholeFile(folder / "file", "old");
  for (const char* name : {"full", "file", "absent"}) {
    INFO(name);
    CHECK(PublishOne(folder / name, true).ok());
    CHECK(NamesIn(folder / name) == Names{"new"});
  }
  CHECK(NamesIn(folder.path()) == Names{"absent", "file", "full"});
}

TEST_CASE("a run that fails leaves the old output as it was") {
  const TempFolder folder;
  fs::create_directory(folder / "out");
  WriteWholeFile(folder / "out/old", "old");
  { const StagedOutput staged = MustCreate(folder / "out", true); }
  CHECK(NamesIn(folder.path()) == Names{"out"});
  CHECK(ReadWholeFile(folder / "out/old") == "old");
}

TEST_CASE("links and special files are refused even with replace") {
  const TempFolder folder;
  fs::create_directory(folder / "real");
  fs::create_directory_symlink("real", folder / "link");
  fs::create_symlink("nowhere", folder / "dangling");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  for (const char* name : {"link", "dangling", "pipe"}) {
    for (const bool replace : {false, true}) {
      CheckRefused(PublishOne(folder / name, replace), "OutputExists", ErrorKind::kUsage, name);
    }
    CheckRefused(PublishOne(folder / name + "/", true), "OutputExists", ErrorKind::kUsage, name);
  }
  CHECK(fs::is_empty(folder / "real"));
  CHECK(PublishOne(folder / "link").Message().find("symbolic link") != std::string::npos);
}

TEST_CASE("something that appears while the output is built is not overwritten") {
  const TempFolder folder;
  StagedOutput staged = MustCreate(folder / "out");
  fs::create_directory(folder / "out");
  WriteWholeFile(folder / "out/theirs", "x");
  CheckRefused(staged.Publish(), "OutputExists", ErrorKind::kUsage, folder / "out");
  fs::remove_all(folder / "out");
  fs::create_symlink("nowhere", folder / "out");
  CheckRefused(staged.Publish(), "OutputExists", ErrorKind::kUsage, folder / "out");
  fs::remove(folder / "out");
  CHECK(staged.Publish().ok());
}

TEST_CASE("paths may end in slashes and dots, and be relative") {
  const TempFolder folder;
  for (const char* tail : {"a/", "b//", "c/.", "d/././", "./e", ".//f/"}) {
    INFO(tail);
    CHECK(PublishOne(folder / tail).ok());
  }
  CHECK(NamesIn(folder.path()) == Names{"a", "b", "c", "d", "e", "f"});
  CHECK(test::RunInChild([&]() -> std::string {
          if (::chdir(folder.path().c_str()) != 0) return "chdir";
          for (const char* output : {"plain", "./dotted", "a/inner"}) {
            if (Status s = PublishOne(output); !s.ok()) return s.Message();
            if (NamesIn(output) != Names{"new"}) return output;
          }
          fs::create_directory("here");
          if (::chdir("here") != 0) return "chdir";
          if (Status s = PublishOne("."); !s.ok()) return s.Message();
          return NamesIn("../here") == Names{"new"} ? "" : "nothing in .";
        }) == "");
  CheckRefused(PublishOne("/"), "OutputExists", ErrorKind::kUsage, "/");
  CHECK(PublishOne("").code() == "NotFound");
}

TEST_CASE("a parent that is missing, no folder, or not ours to write to") {
  const TempFolder folder;
  WriteWholeFile(folder / "file", "x");
  CheckRefused(PublishOne(folder / "no/out"), "NotFound", ErrorKind::kUsage, folder / "no");
  CHECK_FALSE(PublishOne(folder / "file/out").ok());
  fs::create_directory(folder / "sealed");
  fs::permissions(folder.path(), fs::perms::all);
  fs::permissions(folder / "sealed", fs::perms{0555});
  CHECK(test::RunInChild([&]() -> std::string {
          if (::geteuid() == 0 && ::seteuid(65534) != 0) return "seteuid";
          const Status status = PublishOne(folder / "sealed/out");
          if (status.ok() || status.kind() != ErrorKind::kEnvironment) return "wrong kind";
          return test::ExpectCode(status, "Permission");
        }) == "");
}

TEST_CASE("a mount point is refused before any work") {
  const TempFolder folder;
  fs::create_directory(folder / "out");
  const std::string said = test::RunInChild([&]() -> std::string {
    if (!test::MountTmpfs(folder / "out", "size=1m")) return "skip";
    return test::ExpectCode(StagedOutput::Create(folder / "out", true).status(), "OutputExists");
  });
  if (said == "skip") {
    WARN("no right to mount: not tried");
    return;
  }
  CHECK(said == "");
}

TEST_CASE("names up to the system's limit have room for a staged name") {
  const TempFolder folder;
  std::string multi_byte;
  while (multi_byte.size() < 252) multi_byte += "\xe6\x97\xa5";
  for (const std::string& name : {std::string(255, 'n'), multi_byte, std::string(221, 'm')}) {
    INFO(name.size());
    StagedOutput staged = MustCreate(folder / name);
    REQUIRE(staged.ScratchFolder("").ok());
    CHECK(staged.Publish().ok());
    CHECK(fs::exists(folder / name));
  }
  CHECK(NamesIn(folder.path()).size() == 3);
  CHECK_FALSE(StagedOutput::Create(folder / std::string(256, 'n'), false).ok());
  CHECK(NamesIn(folder.path()).size() == 3);
}

// A run that is killed in the middle of its work.
void KilledRun(const std::string& output, const std::string& scratch_base) {
  CHECK(test::RunInChild([&]() -> std::string {
          StagedOutput staged = MustCreate(output);
          const Result<std::string> scratch = staged.ScratchFolder(scratch_base);
          if (!scratch.ok()) return scratch.status().Message();
          WriteWholeFile(*scratch + "/run", "x");
          fs::create_directory(staged.path() + "/a");
          WriteWholeFile(staged.path() + "/a/b", "x");
          ::kill(::getpid(), SIGKILL);
          return "still alive";
        }) == "killed by signal 9");
}

TEST_CASE("what killed runs left goes when the next run has published") {
  const TempFolder folder;
  const TempFolder elsewhere;
  KilledRun(folder / "out", "");
  KilledRun(folder / "out", elsewhere.path());
  KilledRun(folder / "other", "");
  REQUIRE(NamesIn(folder.path()).size() == 5);
  REQUIRE(NamesIn(elsewhere.path()).size() == 1);
  CHECK_FALSE(fs::exists(folder / "out"));

  StagedOutput staged = MustCreate(folder / "out");
  REQUIRE(staged.ScratchFolder(elsewhere.path()).ok());
  CHECK(NamesIn(folder.path()).size() == 6);  // not before the new one stands
  REQUIRE(staged.Publish().ok());
  CHECK(staged.left_behind().empty());
  CHECK(NamesIn(elsewhere.path()).empty());
  const Names left = NamesIn(folder.path());
  REQUIRE(left.size() == 3);
  CHECK(left[0].starts_with(".other.snaptree-"));
  CHECK(left[1].starts_with(".other.snaptree-"));
  CHECK(left[2] == "out");
}

TEST_CASE("a run that fails takes the remains of killed ones with it") {
  const TempFolder folder;
  KilledRun(folder / "out", "");
  { const StagedOutput staged = MustCreate(folder / "out"); }
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("folders of live runs and names that only look alike stay") {
  const TempFolder folder;
  StagedOutput live = MustCreate(folder / "out");
  const Result<std::string> scratch = live.ScratchFolder("");
  REQUIRE(scratch.ok());
  const Names others = {
      ".out.snaptree-0123456789abcde",          ".out.snaptree-0123456789abcdefa",
      ".out.snaptree-0123456789abcdeg",         ".out.snaptree-0123456789abcdef.old",
      ".outs.snaptree-0123456789abcdef",        "out.snaptree-0123456789abcdef",
      ".out.snaptree-0123456789abcdef.replaced"};
  for (const std::string& name : others) fs::create_directory(folder / name);
  REQUIRE(PublishOne(folder / "out").ok());
  for (const std::string& name : others) CHECK(fs::exists(folder / name));
  CHECK(fs::exists(live.path()));
  CHECK(fs::exists(*scratch));
}

TEST_CASE("a scratch folder that cannot be made says where") {
  const TempFolder folder;
  StagedOutput staged = MustCreate(folder / "out");
  CheckRefused(staged.ScratchFolder(folder / "no").status(), "NotFound", ErrorKind::kUsage,
               folder / "no");
}

// Makes renameat2 fail as on file systems that do not know its flags.
bool ForbidRenameFlags() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {4, filter};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST_CASE("replacing works where names cannot be exchanged") {
  const TempFolder folder;
  fs::create_directory(folder / "full");
  WriteWholeFile(folder / "full/old", "old");
  WriteWholeFile(folder / "file", "old");
  const std::string said = test::RunInChild([&]() -> std::string {
    if (!ForbidRenameFlags()) return "skip";
    if (::renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE) == 0 || errno != EINVAL) {
      return "the filter does nothing";
    }
    for (const char* name : {"full", "file", "absent"}) {
      if (Status s = PublishOne(folder / name, true); !s.ok()) return s.Message();
    }
    return "";
  });
  if (said == "skip") {
    WARN("no right to filter system calls: not tried");
    return;
  }
  CHECK(said == "");
  CHECK(NamesIn(folder.path()) == Names{"absent", "file", "full"});
  for (const char* name : {"full", "file", "absent"}) CHECK(NamesIn(folder / name) == Names{"new"});
}

TEST_CASE("what was replaced but cannot be removed is named") {
  const TempFolder folder;
  fs::create_directories(folder / "out/sealed");
  WriteWholeFile(folder / "out/sealed/old", "old");
  fs::permissions(folder.path(), fs::perms::all);
  fs::permissions(folder / "out", fs::perms::all);
  fs::permissions(folder / "out/sealed", fs::perms{0555});
  CHECK(test::RunInChild([&]() -> std::string {
          if (::geteuid() == 0 && ::seteuid(65534) != 0) return "seteuid";
          StagedOutput staged = MustCreate(folder / "out", true);
          if (Status s = staged.Publish(); !s.ok()) return s.Message();
          if (staged.left_behind().size() != 1) return "nothing named";
          return fs::exists(staged.left_behind()[0] + "/sealed/old") ? "" : "wrong name";
        }) == "");
  CHECK(fs::is_empty(folder / "out"));
}

}  // namespace
}  // namespace snaptree
