// What the sink writes is read back by our own reader here; tests/cli/command_pack.py has the
// other tar programs.
#include "tree/archive_sink.h"

#include <map>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/temp_folder.h"
#include "tree/open_tree.h"
#include "tree/tar_reader.h"
#include "tree/tar_writer.h"

namespace snaptree {
namespace {

using Files = std::map<std::string, std::string>;
using test::TempFolder;

// A sink into memory.
struct Archive {
  explicit Archive(ArchiveForm form = {}, unsigned threads = 1) {
    options.form = form;
    options.threads = threads;
    options.take = [this](Slice piece) {
      bytes.append(piece);
      return Status::Ok();
    };
    options.scratch_folder = [this] { return Result<std::string>(folder.path()); };
    options.checksum_sorter = {size_t{1} << 20, options.scratch_folder};
  }

  ArchiveSink& sink() {
    if (made == nullptr) made = NewArchiveSink(options);
    return *made;
  }
  // "path" or "path/" and size, in order; or the code of the error at its end.
  std::vector<std::string> Entries() {
    test::WriteWholeFile(folder / "x", bytes);
    std::vector<std::string> entries;
    const Result<InputFile> file = InputFile::Open(folder / "x");
    REQUIRE(file.ok());
    const auto reader = TarReader::Open(*file);
    REQUIRE(reader.ok());
    for (TarEntry entry;;) {
      const Result<bool> more = (*reader)->Next(&entry);
      if (!more.ok()) entries.push_back(more.status().code());
      if (!more.ok() || !*more) return entries;
      std::string content;
      const Status copied = (*reader)->Copy([&](uint64_t, Slice piece) {
        content.append(piece);
        return Status::Ok();
      });
      if (!copied.ok()) entries.push_back(copied.code());
      if (!copied.ok()) return entries;
      CHECK(content.size() == entry.size);
      contents[entry.name] = content;
      entries.push_back(entry.name + " " + std::to_string(entry.size));
    }
  }

  TempFolder folder;
  ArchiveSinkOptions options;
  std::string bytes;
  Files contents;
  std::unique_ptr<ArchiveSink> made;
};

SharedBytes Shared(char c, size_t n) { return std::make_shared<const std::string>(n, c); }

// Every way in which content comes.
void WriteMixture(TreeSink& sink) {
  REQUIRE(sink.CreateDirectory("fs/empty").ok());
  for (int i = 0; i < 3000; ++i) {
    const std::string name = "r/" + std::to_string(i);
    REQUIRE(sink.WriteFile(name, std::string(static_cast<size_t>(i % 700), 'x')).ok());
  }
  auto unknown = sink.CreateFile("unknown");
  REQUIRE(unknown.ok());
  REQUIRE((*unknown)->Append("begin").ok());
  auto known = sink.CreateSizedFile("known", (uint64_t{3} << 20) + 5);
  REQUIRE(known.ok());
  for (int i = 0; i < 12; ++i) {
    REQUIRE((*known)->AppendShared(Shared(static_cast<char>('a' + i), size_t{256} << 10)).ok());
    REQUIRE((*unknown)->AppendShared(Shared('u', size_t{700} << 10)).ok());
    REQUIRE(sink.WriteFile("beside/" + std::to_string(i), "small").ok());
  }
  REQUIRE((*unknown)->Close().ok());
  REQUIRE((*known)->Append("12345").ok());
  REQUIRE((*known)->Close().ok());
  auto holes = sink.CreateSizedFile("holes", 10000003);
  REQUIRE(holes.ok());
  REQUIRE((*holes)->AppendHole(5000000).ok());
  REQUIRE((*holes)->Append("abc").ok());
  REQUIRE((*holes)->AppendHole(5000000).ok());
  REQUIRE((*holes)->Close().ok());
  auto late = sink.CreateFile("late");
  REQUIRE(late.ok());
  REQUIRE((*late)->AppendHole(9000000).ok());
  REQUIRE((*late)->Append("x").ok());
  REQUIRE((*late)->Close().ok());
  REQUIRE(sink.WriteFile("MANIFEST.json", "{}").ok());
}

TEST_CASE("the same calls give the same bytes, whatever the number of threads") {
  for (const bool zstd : {false, true}) {
    std::string first;
    for (const unsigned threads : {1U, 2U, 5U}) {
      Archive archive({zstd, 1}, threads);
      WriteMixture(archive.sink());
      REQUIRE(archive.sink().Finish().ok());
      CHECK(archive.sink().archive_bytes() == archive.bytes.size());
      CHECK(archive.sink().totals().files == 3000 + 12 + 5);
      CHECK(archive.sink().totals().directories == 1);
      if (first.empty()) first = archive.bytes;
      CHECK((archive.bytes == first));
    }
  }
}

TEST_CASE("what goes in comes out, CHECKSUMS last") {
  Archive archive({}, 3);
  WriteMixture(archive.sink());
  REQUIRE(archive.sink().Finish().ok());
  const std::vector<std::string> entries = archive.Entries();
  REQUIRE(entries.size() == 3000 + 12 + 5 + 2);
  CHECK(entries.front() == "fs/empty/ 0");
  CHECK(entries[3001] == "known 3145733");
  // What ended while a file was streamed comes behind it, in the order in which it ended.
  CHECK(entries[3002] == "beside/0 5");
  CHECK(entries[3014] == "unknown 8601605");
  CHECK(entries[3017] == "MANIFEST.json 2");
  CHECK(entries.back().starts_with("CHECKSUMS "));
  CHECK(archive.contents["holes"] ==
        std::string(5000000, '\0') + "abc" + std::string(5000000, '\0'));
  CHECK(archive.contents["late"] == std::string(9000000, '\0') + "x");
  CHECK(archive.contents["unknown"] == "begin" + std::string(size_t{8400} << 10, 'u'));
  // The list is that of the directory sink: every digest is of what came out.
  archive.contents.erase("fs/empty/");
  const std::string listed = archive.contents["CHECKSUMS"];
  archive.contents.erase("CHECKSUMS");
  std::string expected;
  for (const auto& [path, content] : archive.contents)
    expected += Sha256::HexOf(content) + "  " + path + "\n";
  CHECK((listed == expected));
}

TEST_CASE("the nine files of spec 07 V6") {
  Archive archive;
  for (const auto& [path, content] : Files{{"MANIFEST.json", "x"},
                                           {"redis/db_0/strings/a.bin", "hello"},
                                           {"redis/db_0/strings/a-b.bin", "world"},
                                           {"s3/b/CHECKSUMS", "obj"},
                                           {"s3/b/bad\xff", "raw"},
                                           {"s3/b/cr\r", "cr"},
                                           {"s3/b/q\xff\nz", "bad"},
                                           {"s3/b/x\ny", "nl"},
                                           {"s3/b/x\\y", "bs"}}) {
    REQUIRE(archive.sink().WriteFile(path, content).ok());
  }
  REQUIRE(archive.sink().Finish().ok());
  CHECK(archive.Entries().size() == 10);
  CHECK(archive.contents["s3/b/q\xff\nz"] == "bad");
  CHECK(Sha256::HexOf(archive.contents["CHECKSUMS"]) ==
        "3a33a18ca1801f5b5806c88cd7d4dd3f76aaa2815ff1c4b7f24077bb45f1bd3c");
}

TEST_CASE("digests that somebody else takes are not written") {
  for (const unsigned threads : {1U, 4U}) {
    Archive archive({}, threads);
    std::map<std::string, std::string> digests;
    archive.options.take_digest = [&](Slice path, const Sha256Digest& digest) {
      digests[std::string(path)] = Hex(AsSlice(digest));
      return Status::Ok();
    };
    REQUIRE(archive.sink().WriteFile("a", "hello").ok());
    auto large = archive.sink().CreateSizedFile("b", 400000);
    REQUIRE((*large)->AppendShared(Shared('x', 400000)).ok());
    REQUIRE((*large)->Close().ok());
    REQUIRE(archive.sink().Flush().ok());
    CHECK(digests ==
          std::map<std::string, std::string>{{"a", Sha256::HexOf("hello")},
                                             {"b", Sha256::HexOf(std::string(400000, 'x'))}});
    REQUIRE(archive.sink().Finish().ok());
    CHECK(archive.Entries() == std::vector<std::string>{"a 5", "b 400000"});
  }
}

TEST_CASE("a file of another size than was announced ends the run, and the archive has no end") {
  for (const uint64_t announced : {uint64_t{4}, uint64_t{6}}) {
    Archive archive({false, 3});
    REQUIRE(archive.sink().WriteFile("a", "x").ok());
    auto file = archive.sink().CreateSizedFile("b", announced);
    Status status = (*file)->Append("hello");
    if (status.ok()) status = (*file)->Close();
    CHECK(status.code() == "Internal");
    CHECK(archive.sink().WriteFile("c", "x").code() == "Internal");
    CHECK(archive.sink().Finish().code() == "Internal");
  }
  // Also of one that had to wait.
  Archive archive;
  auto first = archive.sink().CreateSizedFile("a", 1);
  auto second = archive.sink().CreateSizedFile("b", 2);
  REQUIRE((*second)->Append("x").ok());
  CHECK((*second)->Close().code() == "Internal");
}

TEST_CASE("a file that is given up takes the archive with it") {
  Archive archive({false, 3});
  REQUIRE(archive.sink().WriteFile("a", std::string(3 << 20, 'x')).ok());
  archive.sink().CreateFile("kept").status();  // of nothing that was given on
  REQUIRE(archive.sink().WriteFile("b", "x").ok());
  {
    auto file = archive.sink().CreateSizedFile("c", 10);
    REQUIRE((*file)->Append("x").ok());
  }
  CHECK(archive.sink().WriteFile("d", "x").code() == "Internal");
  CHECK(archive.sink().Finish().code() == "Internal");
  const std::vector<std::string> entries = archive.Entries();
  CHECK(entries.back() == "ArchiveTruncated");
}

TEST_CASE("two files of one path, and paths that leave the tree") {
  Archive archive;
  REQUIRE(archive.sink().WriteFile("a", "x").ok());
  REQUIRE(archive.sink().WriteFile("b", "x").ok());
  REQUIRE(archive.sink().WriteFile("a", "x").ok());
  CHECK(archive.sink().Finish().code() == "NameCollision");
  for (const char* path : {"../a", "/a", "a//b", "", "a/.."}) {
    Archive other;
    CHECK(other.sink().WriteFile(path, "x").code() == "UnsafePath");
    CHECK(other.sink().CreateFile(path).status().code() == "UnsafePath");
    CHECK(other.sink().CreateSizedFile(path, 1).status().code() == "UnsafePath");
    CHECK(other.sink().CreateDirectory(path).code() == "UnsafePath");
    CHECK(other.bytes.empty());
  }
}

TEST_CASE("an error of whoever takes the archive ends every later call") {
  for (const bool zstd : {false, true}) {
    for (const unsigned threads : {1U, 4U}) {
      Archive archive({zstd, 1}, threads);
      archive.options.take = [](Slice) { return EnvironmentError("NoSpace", "it is full"); };
      Status status;
      for (int i = 0; i < 100 && status.ok(); ++i)
        status = archive.sink().WriteFile(std::to_string(i), std::string(1 << 20, 'x'));
      CHECK(status.code() == "NoSpace");
      CHECK(archive.sink().WriteFile("more", "x").code() == "NoSpace");
      CHECK(archive.sink().Flush().code() == "NoSpace");
      CHECK(archive.sink().Finish().code() == "NoSpace");
    }
  }
}

TEST_CASE("names of every length and sizes beyond ustar's are read back") {
  std::vector<std::string> names;
  for (size_t n = 1; n < 400; ++n) {
    names.push_back(std::string(n, 'n'));
    names.push_back(std::string(n, 'p') + "/" + std::string(n % 110 + 1, 'q'));
    std::string bytes;
    while (bytes.size() < n) bytes += n % 2 == 0 ? "\xc3\xa9" : "\xff";
    names.push_back("d/" + bytes);
    names.push_back(bytes + "/" + std::string(99, 'z'));
  }
  for (const bool folders : {false, true}) {
    Archive archive;
    TarWriter tar([&](Slice piece) {
      archive.bytes.append(piece);
      return Status::Ok();
    });
    std::vector<std::string> expected;
    for (const std::string& name : names) {
      expected.push_back(name + (folders ? "/ 0" : " 1"));
      if (folders) {
        REQUIRE(tar.AddFolder(name).ok());
      } else {
        REQUIRE(tar.BeginFile(name, 1).ok());
        REQUIRE(tar.Append("x").ok());
        REQUIRE(tar.EndFile().ok());
      }
    }
    REQUIRE(tar.Finish().ok());
    CHECK(archive.Entries() == expected);
  }
  for (const uint64_t size : {(uint64_t{1} << 33) - 1, uint64_t{1} << 33, uint64_t{1} << 50}) {
    Archive archive;
    TarWriter tar([&](Slice piece) {
      archive.bytes.append(piece);
      return Status::Ok();
    });
    REQUIRE(tar.BeginFile("large", size).ok());
    test::WriteWholeFile(archive.folder / "x", archive.bytes + "content");
    const Result<InputFile> file = InputFile::Open(archive.folder / "x");
    const auto reader = TarReader::Open(*file);
    TarEntry entry;
    REQUIRE((*reader)->Next(&entry).ok());
    CHECK(entry.size == size);
    CHECK(entry.name == "large");
  }
}

// Gives a few bytes at a time, as a pipe may.
class SlowFeed : public ArchiveFeed {
 public:
  SlowFeed(Slice bytes, size_t piece) : bytes_(bytes), piece_(piece) {}
  Result<size_t> Read(char* out, size_t n) override {
    n = bytes_.substr(position_).copy(out, std::min(n, piece_));
    position_ += n;
    return n;
  }
  uint64_t Skip(uint64_t /*n*/) override { return 0; }
  uint64_t position() const override { return position_; }
  const std::string& name() const override { return name_; }

 private:
  const Slice bytes_;
  const size_t piece_;
  size_t position_ = 0;
  const std::string name_ = "slow";
};

TEST_CASE("what stands behind the end is found, in whatever pieces it comes") {
  Archive archive({false, 3});
  REQUIRE(archive.sink().WriteFile("a", "hello").ok());
  REQUIRE(archive.sink().Finish().ok());
  const std::string whole = archive.bytes;
  const std::string one_block = whole.substr(0, whole.size() - 512);
  for (const int piece_bytes : {1, 7, 100, 511, 512, 513, 1000, 100000}) {
    for (const std::string& begin : {whole, one_block}) {
      for (const std::string& more :
           {std::string(), std::string(700, '\0'), std::string("x"), std::string(300, '\0') + "x",
            std::string(600, 'x'), std::string("x") + std::string(600, '\0')}) {
        const std::string bytes = begin + more;
        const auto reader =
            TarReader::Open(std::make_unique<SlowFeed>(bytes, static_cast<size_t>(piece_bytes)));
        REQUIRE(reader.ok());
        TarEntry entry;
        CHECK((*reader)->Next(&entry).ok());
        CHECK((*reader)->Next(&entry).ok());
        const Result<bool> end = (*reader)->Next(&entry);
        INFO(piece_bytes << " " << begin.size() << " " << more.size());
        if (more.find('x') == std::string::npos) {
          REQUIRE(end.ok());
          CHECK_FALSE(*end);
        } else {
          CHECK(end.status().code() == "ArchiveCorrupt");
        }
      }
    }
  }
}

TEST_CASE("a stream is read like a file") {
  for (const bool zstd : {false, true}) {
    Archive archive({zstd, 3});
    WriteMixture(archive.sink());
    REQUIRE(archive.sink().Finish().ok());
    const std::vector<std::string> expected = archive.Entries();
    const std::string path = archive.folder / "x";
    FILE* const pipe = ::popen(("cat '" + path + "'").c_str(), "r");
    REQUIRE(pipe != nullptr);
    const auto reader = TarReader::Open(NewStreamFeed(::fileno(pipe), "a pipe"));
    REQUIRE(reader.ok());
    size_t n = 0;
    for (TarEntry entry;; ++n) {
      const Result<bool> more = (*reader)->Next(&entry);
      REQUIRE(more.ok());
      if (!*more) break;
      CHECK(expected[n] == entry.name + " " + std::to_string(entry.size));
    }
    CHECK(n == expected.size());
    CHECK((*reader)->position() == archive.bytes.size());
    CHECK(::pclose(pipe) == 0);
  }
}

}  // namespace
}  // namespace snaptree
