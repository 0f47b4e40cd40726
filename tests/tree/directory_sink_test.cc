#include "tree/directory_sink.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/temp_folder.h"
#include "tree/digest_sink.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;
using test::ReadWholeFile;
using test::TempFolder;

using Files = std::map<std::string, std::string>;

StagedOutput Stage(const std::string& output) {
  Result<StagedOutput> staged = StagedOutput::Create(output, false);
  if (!staged.ok()) throw std::runtime_error(staged.status().Message());
  return *std::move(staged);
}

std::unique_ptr<TreeSink> NewSink(const StagedOutput& staged, unsigned threads,
                                  Progress* progress = nullptr) {
  DirectorySinkOptions options;
  options.threads = threads;
  options.progress = progress;
  return NewDirectorySink(staged, std::move(options));
}

void WriteAll(const Files& files, TreeSink* sink) {
  for (const auto& [path, content] : files) REQUIRE(sink->WriteFile(path, content).ok());
}

void WriteTree(const std::string& output, const Files& files, unsigned threads) {
  StagedOutput staged = Stage(output);
  const std::unique_ptr<TreeSink> sink = NewSink(staged, threads);
  WriteAll(files, sink.get());
  REQUIRE(sink->Finish().ok());
  REQUIRE(staged.Publish().ok());
}

// What is really on disk, CHECKSUMS left out.
Files ReadTree(const std::string& root) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = entry.path().lexically_relative(root);
    if (path != "CHECKSUMS") files[path] = ReadWholeFile(entry.path());
  }
  return files;
}

// The judge is GNU's own tool, and it must see damage too.
bool Sha256sumIsHappy(const std::string& root) {
  const std::string command =
      "cd '" + root + "' && LC_ALL=C sha256sum -c --quiet --strict CHECKSUMS >/dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

const Files& NineFiles() {  // spec 07 V6
  static const Files files = {{"MANIFEST.json", "x"},
                              {"redis/db_0/strings/a.bin", "hello"},
                              {"redis/db_0/strings/a-b.bin", "world"},
                              {"s3/b/CHECKSUMS", "obj"},
                              {"s3/b/bad\xff", "raw"},
                              {"s3/b/cr\r", "cr"},
                              {"s3/b/q\xff\nz", "bad"},
                              {"s3/b/x\ny", "nl"},
                              {"s3/b/x\\y", "bs"}};
  return files;
}

TEST_CASE("the tree of spec 07 V6 and its CHECKSUMS") {
  for (const unsigned threads : {1U, 2U, 8U}) {
    const TempFolder folder;
    WriteTree(folder / "out", NineFiles(), threads);
    CHECK(ReadTree(folder / "out") == NineFiles());
    CHECK(Sha256::HexOf(ReadWholeFile(folder / "out/CHECKSUMS")) ==
          "3a33a18ca1801f5b5806c88cd7d4dd3f76aaa2815ff1c4b7f24077bb45f1bd3c");
    CHECK(Sha256sumIsHappy(folder / "out"));
  }
}

TEST_CASE("sha256sum takes hostile names, and finds damage in them") {
  const Files files = {{"-dash", "1"},        {"--help", "2"},
                       {"a b", "3"},          {" lead", "4"},
                       {"trail ", "5"},       {"*star", "6"},
                       {"\\", "7"},           {"\n", "8"},
                       {"\r", "9"},           {"a\\n", "10"},
                       {"\\\\n\n\r", "11"},   {"\xff\xfe", "12"},
                       {"\x1b[31m", "13"},    {"d/\xf0\x9f\x98\x80", "14"},
                       {"\"q\"", "15"},       {"$(x)", "16"},
                       {"d\n/e\r/f\\", "17"}, {".hidden", "18"},
                       {"empty", ""},         {std::string(255, 'n'), "19"}};
  const TempFolder folder;
  WriteTree(folder / "out", files, 2);
  CHECK(ReadTree(folder / "out") == files);
  CHECK(Sha256sumIsHappy(folder / "out"));
  for (const auto& [path, content] : files) {
    INFO(Printable(path));
    test::WriteWholeFile(folder / "out/" + path, "damaged");
    CHECK_FALSE(Sha256sumIsHappy(folder / "out"));
    test::WriteWholeFile(folder / "out/" + path, content);
  }
  CHECK(Sha256sumIsHappy(folder / "out"));
}

TEST_CASE("modes are 0600 and 0755") {
  const TempFolder folder;
  const mode_t mask = ::umask(022);
  WriteTree(folder / "out", {{"a/b", "x"}}, 1);
  ::umask(mask);
  for (const auto& [path, mode] : std::map<std::string, mode_t>{
           {"out", 0755}, {"out/a", 0755}, {"out/a/b", 0600}, {"out/CHECKSUMS", 0600}}) {
    struct stat st {};
    REQUIRE(::stat((folder / path).c_str(), &st) == 0);
    INFO(path);
    CHECK((st.st_mode & 07777) == mode);
  }
}

TEST_CASE("an empty tree has an empty CHECKSUMS") {
  const TempFolder folder;
  WriteTree(folder / "out", {}, 2);
  CHECK(ReadWholeFile(folder / "out/CHECKSUMS").empty());
}

std::string Noise(size_t size, uint64_t seed) {
  std::string out(size, '\0');
  for (char& c : out) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    c = static_cast<char>(seed >> 56);
  }
  return out;
}

TEST_CASE("files written in pieces, of every size, several at a time") {
  for (const unsigned threads : {1U, 2U}) {
    const TempFolder folder;
    StagedOutput staged = Stage(folder / "out");
    const std::unique_ptr<TreeSink> sink = NewSink(staged, threads);
    Files expected;
    std::vector<std::unique_ptr<TreeFile>> open;
    std::vector<std::string> contents;
    for (const size_t size : {size_t{0}, size_t{1}, size_t{65535}, size_t{65536}, size_t{65537},
                              size_t{131072}, size_t{3000001}, size_t{262145}}) {
      const std::string path = "dir" + std::to_string(size % 3) + "/" + std::to_string(size);
      Result<std::unique_ptr<TreeFile>> file = sink->CreateFile(path);
      REQUIRE(file.ok());
      open.push_back(*std::move(file));
      contents.push_back(Noise(size, size));
      expected[path] = contents.back();
    }
    // Pieces of mixed sizes, one file after the other, with small files in between.
    std::vector<size_t> at(open.size(), 0);
    const size_t pieces[] = {1, 70000, 100, 65536, 65535, 0, 300000};
    for (size_t round = 0, busy = open.size(); busy > 0; ++round) {
      for (size_t i = 0; i < open.size(); ++i) {
        if (!open[i]) continue;
        const Slice piece = Slice(contents[i]).substr(at[i], pieces[(round + i) % 7]);
        const bool shared = (round + i) % 3 == 0;
        REQUIRE((shared ? open[i]->AppendShared(std::make_shared<const std::string>(piece))
                        : open[i]->Append(piece))
                    .ok());
        at[i] += piece.size();
        if (at[i] == contents[i].size()) {
          REQUIRE(open[i]->Close().ok());
          open[i].reset();
          --busy;
        }
      }
      const std::string small = "small/" + std::to_string(round);
      expected[small] = small;
      REQUIRE(sink->WriteFile(small, small).ok());
    }
    expected["large"] = Noise(2500000, 9);
    REQUIRE(sink->WriteFile("large", expected["large"]).ok());
    REQUIRE(sink->Finish().ok());
    REQUIRE(staged.Publish().ok());
    CHECK(ReadTree(folder / "out") == expected);
    CHECK(Sha256sumIsHappy(folder / "out"));
    uint64_t bytes = 0;
    for (const auto& [path, content] : expected) bytes += content.size();
    CHECK(sink->totals().files == expected.size());
    CHECK(sink->totals().bytes == bytes);
  }
}

TEST_CASE("files in pieces one after the other, some given up") {
  const TempFolder folder;
  StagedOutput staged = Stage(folder / "out");
  const std::unique_ptr<TreeSink> sink = NewSink(staged, 1);
  Files expected;
  for (int i = 0; i < 40; ++i) {
    const std::string content = Noise(static_cast<size_t>(i) * 4000, 5);
    const std::string path = std::to_string(i);
    Result<std::unique_ptr<TreeFile>> file = sink->CreateFile(path);
    REQUIRE(file.ok());
    REQUIRE((*file)->Append(content).ok());
    if (i % 5 == 4 && content.size() < 60000) continue;  // nothing of it is on disk yet
    REQUIRE((*file)->Close().ok());
    expected[path] = content;
  }
  REQUIRE(sink->Finish().ok());
  REQUIRE(staged.Publish().ok());
  CHECK(ReadTree(folder / "out") == expected);
  CHECK(Sha256sumIsHappy(folder / "out"));
}

TEST_CASE("large files in shared pieces from a pool") {
  for (const unsigned threads : {1U, 2U}) {
    const TempFolder folder;
    StagedOutput staged = Stage(folder / "out");
    std::unique_ptr<TreeSink> sink = NewSink(staged, threads);
    BytesPool pool;
    Files expected;
    for (size_t i = 0; i < 30; ++i) {
      const std::string path = "f" + std::to_string(i);
      Result<std::unique_ptr<TreeFile>> file = sink->CreateFile(path);
      REQUIRE(file.ok());
      for (size_t n = 0; n < 1 + i % 5; ++n) {
        const std::shared_ptr<std::string> piece = pool.Take();
        REQUIRE(piece->empty());
        *piece = Noise(70000 + n, i);
        expected[path] += *piece;
        REQUIRE((*file)->AppendShared(piece).ok());
      }
      REQUIRE((*file)->Append("end").ok());
      expected[path] += "end";
      REQUIRE((*file)->Close().ok());
    }
    REQUIRE(sink->Finish().ok());
    CHECK(sink->totals().files == 30);
    sink.reset();
    REQUIRE(staged.Publish().ok());
    CHECK(ReadTree(folder / "out") == expected);
    CHECK(Sha256sumIsHappy(folder / "out"));

    // A run that is given up in the middle of a file.
    StagedOutput second = Stage(folder / "given up");
    sink = NewSink(second, threads);
    Result<std::unique_ptr<TreeFile>> file = sink->CreateFile("f");
    REQUIRE(file.ok());
    for (int n = 0; n < 50; ++n) {
      REQUIRE((*file)->AppendShared(std::make_shared<const std::string>(100000, 'x')).ok());
    }
    file = Status(DataError("x", "x"));
    sink.reset();
  }
}

TEST_CASE("a caller that is much faster than the disk") {
  const TempFolder folder;
  Files files;
  for (int i = 0; i < 5000; ++i) files["d/" + std::to_string(i)] = std::to_string(i * 7);
  WriteTree(folder / "out", files, 2);
  CHECK(ReadTree(folder / "out") == files);
}

TEST_CASE("more folders than stay open, asked for again and again") {
  for (const unsigned threads : {1U, 2U}) {
    const TempFolder folder;
    StagedOutput staged = Stage(folder / "out");
    Progress progress;
    const std::unique_ptr<TreeSink> sink = NewSink(staged, threads, &progress);
    Files expected;
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 300; ++i) {
        const std::string path = "t/d" + std::to_string(i) + "/" + std::to_string(round);
        expected[path] = path;
        REQUIRE(sink->WriteFile(path, path).ok());
      }
      REQUIRE(sink->Flush().ok());
      CHECK(progress.files == expected.size());
    }
    REQUIRE(sink->CreateDirectory("t/empty/inner").ok());
    REQUIRE(sink->CreateDirectory("t/d1").ok());
    REQUIRE(sink->Finish().ok());
    CHECK(sink->totals().directories == 1 + 300 + 2);
    REQUIRE(staged.Publish().ok());
    CHECK(ReadTree(folder / "out") == expected);
    CHECK(fs::is_empty(folder / "out/t/empty/inner"));
  }
}

TEST_CASE("a path with more parts than folders stay open") {
  const TempFolder folder;
  StagedOutput staged = Stage(folder / "out");
  const std::unique_ptr<TreeSink> sink = NewSink(staged, 1);
  std::string path;
  for (int i = 0; i < 400; ++i) path += "a/";
  REQUIRE(sink->WriteFile(path + "one", "1").ok());
  REQUIRE(sink->WriteFile("a/a/two", "2").ok());
  REQUIRE(sink->WriteFile(path + "three", "3").ok());
  REQUIRE(sink->Finish().ok());
  CHECK(sink->totals().directories == 400);
  REQUIRE(staged.Publish().ok());
  CHECK(Sha256sumIsHappy(folder / "out"));
}

TEST_CASE("the digest sink sees the digests that CHECKSUMS has") {
  Files files = NineFiles();
  files["big"] = Noise(200000, 3);
  Files lines;
  const std::unique_ptr<TreeSink> digests =
      NewDigestSink([&](Slice path, const Sha256Digest& digest) {
        lines[std::string(path)] = Hex(AsSlice(digest));
        return Status::Ok();
      });
  WriteAll(NineFiles(), digests.get());
  Result<std::unique_ptr<TreeFile>> big = digests->CreateFile("big");
  REQUIRE(big.ok());
  for (size_t at = 0; at < 200000; at += 50000) {
    REQUIRE((*big)->Append(Slice(files["big"]).substr(at, 50000)).ok());
  }
  REQUIRE((*big)->Close().ok());
  REQUIRE(digests->CreateDirectory("x").ok());
  REQUIRE(digests->Finish().ok());
  CHECK(lines.size() == files.size());
  for (const auto& [path, content] : files) CHECK(lines[path] == Sha256::HexOf(content));
  CHECK(digests->totals().files == files.size());
  CHECK(digests->WriteFile("../x", "").code() == "UnsafePath");
  CHECK(digests->CreateFile("/x").status().code() == "UnsafePath");
}

TEST_CASE("an error of the one who takes digests is returned") {
  const std::unique_ptr<TreeSink> digests =
      NewDigestSink([](Slice, const Sha256Digest&) { return DataError("Wrong", "wrong"); });
  CHECK(digests->WriteFile("a", "x").code() == "Wrong");
}

}  // namespace
}  // namespace snaptree
