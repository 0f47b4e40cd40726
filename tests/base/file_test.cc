#include "base/file.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;
using test::ReadWholeFile;
using test::TempFolder;
using test::WriteWholeFile;

bool IsOpen(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST_CASE("a descriptor is closed once, by its last owner") {
  UniqueFd none;
  CHECK_FALSE(none.valid());
  CHECK(none.get() == -1);
  int number = -1;
  {
    UniqueFd a(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    number = a.get();
    REQUIRE(a.valid());
    UniqueFd b = std::move(a);
    CHECK(b.get() == number);
    UniqueFd c;
    c = std::move(b);
    CHECK(IsOpen(number));
    UniqueFd& self = c;
    c = std::move(self);
    CHECK(c.get() == number);
    CHECK(IsOpen(number));
  }
  CHECK_FALSE(IsOpen(number));
  UniqueFd d(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  number = d.Release();
  CHECK_FALSE(d.valid());
  CHECK(IsOpen(number));
  UniqueFd e(number);
  UniqueFd f(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int other = f.get();
  f = std::move(e);
  CHECK_FALSE(IsOpen(other));
  f.Reset();
  CHECK_FALSE(IsOpen(number));
  f.Reset();
}

TEST_CASE("files are read at any offset, and not beyond their end") {
  const TempFolder folder;
  WriteWholeFile(folder / "f", "0123456789");
  const Result<InputFile> file = InputFile::Open(folder / "f");
  REQUIRE(file.ok());
  CHECK(file->size() == 10);
  CHECK(file->path() == folder / "f");
  std::string out(20, '.');
  CHECK(*file->ReadAt(3, out.data(), 4) == 4);
  CHECK(out.substr(0, 5) == "3456.");
  CHECK(*file->ReadAt(8, out.data(), 20) == 2);
  CHECK(*file->ReadAt(10, out.data(), 20) == 0);
  CHECK(*file->ReadAt(uint64_t{1} << 62, out.data(), 20) == 0);
  CHECK(*file->ReadAt(0, out.data(), 0) == 0);
  CHECK(file->ReadExactlyAt(0, out.data(), 10).ok());
  CHECK(out.substr(0, 10) == "0123456789");
  const Status shorter = file->ReadExactlyAt(5, out.data(), 6);
  REQUIRE_FALSE(shorter.ok());
  CHECK(shorter.code() == "ChangedWhileReading");
  CHECK(shorter.kind() == ErrorKind::kEnvironment);
  CHECK(shorter.info().offset == 10U);
  CHECK(file->ReadExactlyAt(10, out.data(), 0).ok());
}

TEST_CASE("a file that shrinks while it is read is an error") {
  const TempFolder folder;
  WriteWholeFile(folder / "f", std::string(100, 'x'));
  const Result<InputFile> file = InputFile::Open(folder / "f");
  REQUIRE(file.ok());
  fs::resize_file(folder / "f", 40);
  std::string out(100, '.');
  const Status s = file->ReadExactlyAt(0, out.data(), 100);
  CHECK(s.code() == "ChangedWhileReading");
  CHECK(s.info().offset == 40U);
  CHECK(s.info().source == folder / "f");
}

TEST_CASE("one bit of a file can be read the other way round") {
  const TempFolder folder;
  WriteWholeFile(folder / "f", "0123456789");
  const Result<InputFile> file = InputFile::Open(folder / "f");
  REQUIRE(file.ok());
  const Result<InputFile> flipped = file->WithFlippedBit(4, 6);
  REQUIRE(flipped.ok());
  CHECK(flipped->size() == 10);
  std::string out(10, '.');
  for (size_t from = 0; from <= 10; ++from) {
    for (size_t size = 0; from + size <= 10; ++size) {
      std::string expected = std::string("0123t56789").substr(from, size);
      out.assign(size, '.');
      REQUIRE(flipped->ReadExactlyAt(from, out.data(), size).ok());
      REQUIRE(out == expected);
    }
  }
  out.assign(10, '.');
  REQUIRE(file->ReadExactlyAt(0, out.data(), 10).ok());
  CHECK(out == "0123456789");
  CHECK(ReadWholeFile(folder / "f") == "0123456789");
}

TEST_CASE("what is no regular file is refused, by its kind") {
  const TempFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto check = [](const Result<InputFile>& file, const std::string& kind) {
    REQUIRE_FALSE(file.ok());
    CHECK(file.status().code() == "NotRegular");
    CHECK(file.status().kind() == ErrorKind::kUsage);
    CHECK(file.status().info().found == kind);
  };
  check(InputFile::Open(folder / "pipe"), "a pipe");
  check(InputFile::Open(folder.path()), "a directory");
  check(InputFile::Open("/dev/null"), "a device");
  check(InputFile::FromFd(UniqueFd(::dup(socket.get())), "a socket"), "a socket");
  CHECK(InputFile::Open(folder / "nothing").status().code() == "NotFound");
  CHECK(InputFile::Open(folder / "pipe/below").status().kind() == ErrorKind::kEnvironment);
  CHECK_FALSE(InputFile::FromFd(UniqueFd(), "closed").ok());
}

TEST_CASE("writes go on until all is written, and their errors come out") {
  const TempFolder folder;
  UniqueFd fd(::open((folder / "f").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(WriteFully(fd.get(), "", "f").ok());
  REQUIRE(WriteFully(fd.get(), std::string(3 << 20, 'x'), "f").ok());
  REQUIRE(WriteFully(fd.get(), "end", "f").ok());
  REQUIRE(CloseWritten(std::move(fd), "f").ok());
  CHECK(ReadWholeFile(folder / "f") == std::string(3 << 20, 'x') + "end");

  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  const Status no_space = WriteFully(full.get(), "x", "/dev/full");
  CHECK(no_space.code() == "NoSpace");
  CHECK(no_space.info().source == "/dev/full");
  CHECK(WriteFully(-1, "x", "closed").code() == "Io");
  CHECK_FALSE(CloseWritten(UniqueFd(), "closed").ok());
}

TEST_CASE("an unnamed file leaves nothing in its folder") {
  const TempFolder folder;
  {
    const Result<UniqueFd> fd = OpenUnnamedFile(folder.path());
    REQUIRE(fd.ok());
    REQUIRE(WriteFully(fd->get(), "hello", "scratch").ok());
    CHECK(fs::is_empty(folder.path()));
    const Result<InputFile> file = InputFile::FromFd(UniqueFd(::dup(fd->get())), "scratch");
    REQUIRE(file.ok());
    CHECK(file->size() == 5);
    struct stat st {};
    REQUIRE(::fstat(fd->get(), &st) == 0);
    CHECK((st.st_mode & 0777) == 0600);
  }
  const Result<UniqueFd> none = OpenUnnamedFile(folder / "nothing");
  REQUIRE_FALSE(none.ok());
  CHECK(none.status().info().source == folder / "nothing");
}

TEST_CASE("the temporary folder is that of the environment") {
  CHECK(test::RunInChild([]() -> std::string {
          ::setenv("TMPDIR", "/some/where", 1);
          if (TemporaryFolder() != "/some/where") return "TMPDIR is not used";
          ::setenv("TMPDIR", "", 1);
          if (TemporaryFolder() != "/tmp") return "an empty TMPDIR is used";
          ::unsetenv("TMPDIR");
          return TemporaryFolder() == "/tmp" ? "" : "no default";
        }).empty());
}

}  // namespace
}  // namespace snaptree
