// A tree in a folder is read without trusting it.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"
#include "tree/tree_input.h"
#include "tree/tree_source.h"

namespace snaptree::test {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<TreeSource> OpenFolder(const std::string& path, bool links = false) {
  Result<std::unique_ptr<TreeSource>> source = OpenDirectorySource(path, {links});
  REQUIRE(source.ok());
  return *std::move(source);
}

std::set<std::string> Names(const TreeSource& source, const std::string& folder) {
  std::set<std::string> names;
  const Status listed = source.List(folder, [&](std::span<const TreeEntry> entries) {
    for (const TreeEntry& entry : entries) {
      const char* kind = entry.kind == EntryKind::kFile     ? "f "
                         : entry.kind == EntryKind::kFolder ? "d "
                                                            : "o ";
      names.insert(kind + entry.name);
    }
    return Status::Ok();
  });
  REQUIRE(listed.ok());
  return names;
}

std::string CodeOf(const TreeSource& source, const std::string& path) {
  const auto opened = source.Open(path);
  return opened.ok() ? "ok" : opened.status().code();
}

}  // namespace

TEST_CASE("files and folders are listed and found") {
  const TempFolder folder;
  fs::create_directories(folder / "a/b");
  WriteWholeFile(folder / "a/x", "content");
  fs::create_symlink("x", folder / "a/link");
  const auto source = OpenFolder(folder.path());
  CHECK(Names(*source, "") == std::set<std::string>{"d a"});
  CHECK(Names(*source, "a") == std::set<std::string>{"d b", "f x", "o link"});
  CHECK(Names(*source, "a/b").empty());
  CHECK(source->Find("a/x").ok());
  CHECK(**source->Find("a/x") == EntryKind::kFile);
  CHECK(**source->Find("a/b") == EntryKind::kFolder);
  CHECK(**source->Find("a/link") == EntryKind::kOther);
  CHECK_FALSE(source->Find("a/none")->has_value());
  CHECK(source->List("a/none", [](auto) { return Status::Ok(); }).code() == "NotFound");
}

TEST_CASE("no link is followed, wherever it stands") {
  const TempFolder folder;
  fs::create_directories(folder / "tree/real");
  fs::create_directories(folder / "outside");
  WriteWholeFile(folder / "outside/secret", "secret");
  WriteWholeFile(folder / "tree/real/x", "x");
  fs::create_directory_symlink("../outside", folder / "tree/out");
  fs::create_directory_symlink("real", folder / "tree/in");
  fs::create_symlink("real/x", folder / "tree/y");
  const auto source = OpenFolder(folder / "tree");
  CHECK(CodeOf(*source, "out/secret") == "UnsafePath");
  CHECK(CodeOf(*source, "in/x") == "UnsafePath");
  CHECK(CodeOf(*source, "y") == "UnsafePath");
  CHECK(CodeOf(*source, "../outside/secret") == "UnsafePath");
  CHECK(CodeOf(*source, "real/x") == "ok");
  CHECK(source->List("in", [](auto) { return Status::Ok(); }).code() == "UnsafePath");
}

TEST_CASE("special files and folders are no files") {
  const TempFolder folder;
  fs::create_directory(folder / "d");
  REQUIRE(::mkfifo((folder / "p").c_str(), 0600) == 0);
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder / "s";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const auto source = OpenFolder(folder.path());
  CHECK(CodeOf(*source, "d") == "NotRegular");
  CHECK(CodeOf(*source, "p") == "NotRegular");
  CHECK(CodeOf(*source, "s") == "NotRegular");
}

TEST_CASE("files with several names are told unless they are allowed") {
  const TempFolder folder;
  WriteWholeFile(folder / "a", "x");
  fs::create_hard_link(folder / "a", folder / "b");
  CHECK(CodeOf(*OpenFolder(folder.path()), "a") == "HardLink");
  CHECK(CodeOf(*OpenFolder(folder.path(), true), "a") == "ok");
}

TEST_CASE("paths longer than the system takes in one call are read") {
  const TempFolder folder;
  const std::string name(200, 'n');
  std::string path;
  UniqueFd at(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY));
  for (int i = 0; i < 40; ++i) {
    REQUIRE(::mkdirat(at.get(), name.c_str(), 0755) == 0);
    at = UniqueFd(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY));
    path += name + "/";
  }
  const UniqueFd file(::openat(at.get(), "x", O_WRONLY | O_CREAT, 0600));
  REQUIRE(WriteFully(file.get(), "deep", "x").ok());
  const auto source = OpenFolder(folder.path());
  CHECK(CodeOf(*source, path + "x") == "ok");
  CHECK(CodeOf(*source, path + "y") == "NotFound");
  CHECK(Names(*source, path.substr(0, path.size() - 1)) == std::set<std::string>{"f x"});
}

TEST_CASE("what is read is hashed, piece by piece or whole, holes too") {
  const TempFolder folder;
  const std::string large(1000000, 'l');
  WriteWholeFile(folder / "large", large);
  WriteWholeFile(folder / "small", "small");
  WriteWholeFile(folder / "sparse", "");
  fs::resize_file(folder / "sparse", 3000000);
  const auto source = OpenFolder(folder.path());
  for (const bool behind : {false, true}) {
    TreeInput input(*source, {{}, behind});
    TreeReader reader(input);
    CHECK(*reader.ReadSmall("small", 10) == "small");
    CHECK(reader.ReadSmall("large", 10).status().code() == "FileTooLarge");
    std::string read;
    auto file = *input.Open("large");
    for (;;) {
      const SharedBytes piece = *file->Next();
      if (piece->empty()) break;
      read += *piece;
    }
    CHECK((read == large));
    auto sparse = *input.Open("sparse");
    uint64_t size = 0;
    for (;;) {
      const TreeInputFile::Stretch stretch = *sparse->NextStretch();
      if (stretch.bytes != nullptr && stretch.bytes->empty()) break;
      size += stretch.bytes != nullptr ? stretch.bytes->size() : stretch.hole;
    }
    CHECK(size == 3000000);
    std::map<std::string, Sha256Digest> digests;
    REQUIRE(input
                .ForEachDigest([&](Slice path, const Sha256Digest& digest) {
                  digests[std::string(path)] = digest;
                  return Status::Ok();
                })
                .ok());
    CHECK(digests.size() == 3);
    CHECK(digests["small"] == Sha256::Of("small"));
    CHECK(digests["large"] == Sha256::Of(large));
    CHECK(digests["sparse"] == Sha256::Of(std::string(3000000, '\0')));
  }
}

TEST_CASE("a folder is wanted") {
  const TempFolder folder;
  WriteWholeFile(folder / "file", "x");
  CHECK(OpenDirectorySource(folder / "file", {}).status().code() == "NotAFolder");
  CHECK(OpenDirectorySource(folder / "none", {}).status().code() == "NotFound");
}

}  // namespace snaptree::test
