// Packing and unpacking as library calls; tests/cli/command_pack.py has the programs and what was
// made to harm.
#include "check/archive/pack.h"

#include <sys/stat.h>

#include "check/archive/unpack.h"
#include <catch2/catch.hpp>

#include "manifest/checksums.h"
#include "tests/support/decode_run.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using test::Files;
using test::ReadTree;
using test::ReadWholeFile;
using test::TempFolder;
using test::WriteWholeFile;

// A tree with a manifest that decode wrote and any other files.
class Tree {
 public:
  explicit Tree(Files files) {
    test::SnapshotBuilder snapshot;
    test::DecodeRun decoded(snapshot);
    decoded.Run();
    files["MANIFEST.json"] = decoded.Manifest();
    std::string checksums;
    for (const auto& [path, content] : files) {
      Write(path, content);
      AppendChecksumLine(&checksums, path, Sha256::Of(content));
    }
    Write("CHECKSUMS", checksums);
  }

  void Write(const std::string& path, const std::string& content) const {
    const std::string full = root() + "/" + path;
    std::filesystem::create_directories(std::filesystem::path(full).parent_path());
    WriteWholeFile(full, content);
  }
  std::string root() const { return folder_ / "tree"; }
  std::string At(const std::string& name) const { return folder_ / name; }
  Files InFolder() const { return ReadTree(folder_.path()); }

 private:
  TempFolder folder_;
};

Files ManyFiles() {
  Files files;
  for (int i = 0; i < 1000; ++i) {
    files["d" + std::to_string(i % 7) + "/" + std::to_string(i)] =
        std::string(static_cast<size_t>(i), static_cast<char>('a' + i % 26));
  }
  files["large"] = std::string((5 << 20) + 3, 'L');
  files["edge"] = std::string(64 << 10, 'e');
  files["beyond"] = std::string((64 << 10) + 1, 'b');
  files["zeros"] = std::string(3 << 20, '\0');
  files["mostly/zeros"] = std::string(1 << 20, '\0') + "x" + std::string(1 << 20, '\0');
  files["empty"] = "";
  return files;
}

Result<ArchiveReport> PackTree(const Tree& tree, unsigned threads, uint64_t memory = 64 << 20) {
  PackOptions options;
  options.tree = tree.root();
  options.output = tree.At("x.tar.zst");
  options.force = true;
  options.threads = threads;
  options.memory_bytes = memory;
  return Pack(options);
}

Result<ArchiveReport> UnpackTree(const Tree& tree, unsigned threads, uint64_t memory = 64 << 20) {
  UnpackOptions options;
  options.archive = tree.At("x.tar.zst");
  options.output = tree.At("again");
  options.force = true;
  options.threads = threads;
  options.memory_bytes = memory;
  return Unpack(options);
}

TEST_CASE("unpack of pack is the tree") {
  const Tree tree(ManyFiles());
  std::filesystem::create_directories(tree.root() + "/nothing/here");
  std::string first;
  for (const unsigned threads : {1U, 2U, 4U}) {
    const auto packed = PackTree(tree, threads);
    REQUIRE(packed.ok());
    CHECK(packed->good());
    CHECK(packed->files == ManyFiles().size() + 2);
    CHECK(packed->directories == 10);
    const std::string bytes = ReadWholeFile(tree.At("x.tar.zst"));
    CHECK(packed->archive_bytes == bytes.size());
    if (first.empty()) first = bytes;
    CHECK((bytes == first));
    const auto unpacked = UnpackTree(tree, threads);
    REQUIRE(unpacked.ok());
    CHECK(unpacked->good());
    CHECK(unpacked->files == packed->files);
    CHECK(unpacked->directories == packed->directories);
    CHECK(unpacked->bytes == packed->bytes);
    CHECK((ReadTree(tree.At("again")) == ReadTree(tree.root())));
  }
  // Zeros need no room.
  struct stat status {};
  REQUIRE(::stat(tree.At("again/mostly/zeros").c_str(), &status) == 0);
  CHECK(status.st_blocks * 512 < 300 << 10);
}

TEST_CASE("little memory gives the same archive and tree") {
  const Tree tree(ManyFiles());
  REQUIRE(PackTree(tree, 4).ok());
  const std::string bytes = ReadWholeFile(tree.At("x.tar.zst"));
  REQUIRE(PackTree(tree, 4, 1).ok());
  CHECK((ReadWholeFile(tree.At("x.tar.zst")) == bytes));
  REQUIRE(UnpackTree(tree, 4, 1).ok());
  CHECK((ReadTree(tree.At("again")) == ReadTree(tree.root())));
}

TEST_CASE("a wrong tree: all of it is told, and the taker gets no end") {
  const Tree tree(ManyFiles());
  tree.Write("d1/1", "other");
  tree.Write("new", "x");
  std::filesystem::remove(tree.root() + "/empty");
  const Files before = tree.InFolder();
  const auto report = PackTree(tree, 3);
  REQUIRE(report.ok());
  std::vector<std::string> errors;
  for (const Status& error : report->errors)
    errors.push_back(error.code() + " " + error.info().source);
  CHECK(errors ==
        std::vector<std::string>{"ChecksumMismatch d1/1", "Missing empty", "UnlistedFile new"});
  CHECK(report->error_count == 3);
  CHECK((tree.InFolder() == before));

  PackOptions options;
  options.tree = tree.root();
  options.form.zstd = false;
  std::string taken;
  options.take_output = [&](Slice piece) {
    taken.append(piece);
    return Status::Ok();
  };
  CHECK(Pack(options)->error_count == 3);
  CHECK(taken.find(std::string(1024, '\0') + "CHECKSUMS") == std::string::npos);
  WriteWholeFile(tree.At("x.tar.zst"), taken);
  const auto unpacked = UnpackTree(tree, 1);
  CHECK((!unpacked.ok() || !unpacked->good()));
  CHECK_FALSE(std::filesystem::exists(tree.At("again")));
}

TEST_CASE("the error of whoever takes the archive is that of the run") {
  const Tree tree(ManyFiles());
  for (const unsigned threads : {1U, 4U}) {
    PackOptions options;
    options.tree = tree.root();
    options.threads = threads;
    options.take_output = [](Slice) { return EnvironmentError("ClosedPipe", "gone"); };
    CHECK(Pack(options).status().code() == "ClosedPipe");
  }
}

TEST_CASE("unpacking without a folder to unpack into") {
  const Tree tree(ManyFiles());
  REQUIRE(PackTree(tree, 1).ok());
  UnpackOptions options;
  options.archive = tree.At("x.tar.zst");
  options.output = tree.At("no/such/folder");
  CHECK(Unpack(options).status().code() == "NotFound");
  options.output = tree.At("out");
  options.dry_run = true;
  const auto report = Unpack(options);
  REQUIRE(report.ok());
  CHECK(report->good());
  CHECK(report->files == ManyFiles().size() + 2);
  CHECK_FALSE(std::filesystem::exists(tree.At("out")));
}

}  // namespace
}  // namespace snaptree
