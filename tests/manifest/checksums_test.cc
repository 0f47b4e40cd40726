#include "manifest/checksums.h"

#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

const char kHello[] = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

SorterOptions InMemory() { return {}; }

std::string TextOf(ChecksumList* list) {
  std::string text;
  const Status written = list->Write([&](Slice piece) {
    CHECK(piece.ends_with('\n'));
    text += piece;
    return Status::Ok();
  });
  REQUIRE(written.ok());
  return text;
}

TEST_CASE("the nine files of spec 07 V6") {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"redis/db_0/strings/a.bin", "hello"},
      {"redis/db_0/strings/a-b.bin", "world"},
      {"s3/b/x\ny", "nl"},
      {"s3/b/CHECKSUMS", "obj"},
      {"s3/b/bad\xff", "raw"},
      {"s3/b/cr\r", "cr"},
      {"s3/b/q\xff\nz", "bad"},
      {"s3/b/x\\y", "bs"},
      {"MANIFEST.json", "x"}};
  ChecksumList list(InMemory());
  for (const auto& [path, content] : files) REQUIRE(list.Add(path, Sha256::Of(content)).ok());
  const std::string text = TextOf(&list);
  CHECK(Sha256::HexOf(text) == "3a33a18ca1801f5b5806c88cd7d4dd3f76aaa2815ff1c4b7f24077bb45f1bd3c");

  size_t lines = 0;
  for (size_t begin = 0; begin < text.size(); ++lines) {
    const size_t end = text.find('\n', begin);
    const Result<ChecksumLine> line = ParseChecksumLine(Slice(text).substr(begin, end - begin));
    REQUIRE(line.ok());
    const auto is_path = [&](const auto& file) { return file.first == line->path; };
    const auto file = std::find_if(files.begin(), files.end(), is_path);
    REQUIRE(file != files.end());
    CHECK(line->digest == Sha256::Of(file->second));
    begin = end + 1;
  }
  CHECK(lines == files.size());
}

TEST_CASE("order is that of the bytes of the whole path") {
  ChecksumList list(InMemory());
  for (const char* path : {"a0", "a/b", "a.b", "a-b", "\xff", "Z"}) {
    REQUIRE(list.Add(path, Sha256::Of("")).ok());
  }
  std::string order;
  const std::string text = TextOf(&list);
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    order += text.substr(at + 66, text.find('\n', at) - at - 66) + " ";
  }
  CHECK(order == "Z a-b a.b a/b a0 \xff ");
}

TEST_CASE("more files than memory holds come out the same") {
  const test::TempFolder scratch;
  SorterOptions small;
  small.memory_bytes = size_t{3} << 20;
  small.scratch_folder = [&] { return Result<std::string>(scratch.path()); };
  ChecksumList spilling(small);
  SorterOptions large;
  large.memory_bytes = size_t{512} << 20;
  ChecksumList holding(large);
  for (uint32_t i = 0; i < 60000; ++i) {
    const std::string path =
        "d" + std::to_string(i * 2654435761U % 60013) + "/" + std::to_string(i);
    const Sha256Digest digest = Sha256::Of(path);
    REQUIRE(spilling.Add(path, digest).ok());
    REQUIRE(holding.Add(path, digest).ok());
  }
  CHECK(TextOf(&spilling) == TextOf(&holding));
}

TEST_CASE("two files of one path are an error") {
  ChecksumList list(InMemory());
  REQUIRE(list.Add("b", Sha256::Of("1")).ok());
  REQUIRE(list.Add("a", Sha256::Of("2")).ok());
  REQUIRE(list.Add("b", Sha256::Of("3")).ok());
  const Status status = list.Write([](Slice) { return Status::Ok(); });
  REQUIRE_FALSE(status.ok());
  CHECK(status.code() == "NameCollision");
  CHECK(status.info().source == "b");
}

TEST_CASE("an error of the taker ends the list") {
  ChecksumList list(InMemory());
  for (int i = 0; i < 5000; ++i) REQUIRE(list.Add(std::to_string(i), Sha256::Of("")).ok());
  int calls = 0;
  const Status status = list.Write([&](Slice) {
    ++calls;
    return EnvironmentError("NoSpace", "full");
  });
  REQUIRE_FALSE(status.ok());
  CHECK(status.code() == "NoSpace");
  CHECK(calls == 1);
}

TEST_CASE("a line's other forms that sha256sum takes") {
  const std::string hex = kHello;
  CHECK(ParseChecksumLine(hex + " *a")->path == "a");
  CHECK(ParseChecksumLine(hex + "  a\r")->path == "a");
  CHECK(ParseChecksumLine(hex + "  ./a/b")->path == "a/b");
  CHECK(ParseChecksumLine(hex + "  a\\n")->path == "a\\n");  // no escape without the mark
  CHECK(ParseChecksumLine("\\" + hex + "  a\\n\\r\\\\")->path == "a\n\r\\");
  CHECK(ParseChecksumLine(hex + "   a")->path == " a");
}

TEST_CASE("lines that cannot be read are refused") {
  const std::string hex = kHello;
  std::string upper = hex;
  upper[5] = 'B';
  const std::vector<std::string> malformed = {"",
                                              "\r",
                                              "\\",
                                              hex,
                                              hex + "  ",
                                              hex + "\ta",
                                              hex + " a",
                                              hex.substr(1) + "  a",
                                              "0" + hex + "  a",
                                              "x" + hex.substr(1) + "  a",
                                              upper + "  a",
                                              "\\" + hex + "  a\\",
                                              "\\" + hex + "  a\\x",
                                              "\\" + hex + "  \\",
                                              hex + "  " + std::string(70000, 'a')};
  for (const std::string& line : malformed) {
    INFO(line.substr(0, 100));
    const Result<ChecksumLine> parsed = ParseChecksumLine(line);
    REQUIRE_FALSE(parsed.ok());
    const bool empty_path = line == hex + "  ";
    CHECK(parsed.status().code() == (empty_path ? "ChecksumsPath" : "ChecksumsMalformed"));
  }
  const std::vector<std::string> unsafe = {
      "../etc/passwd",       "a/../../b", "/x", ".", "..", "a/./b", "a//b", "a/", "././a", "./",
      std::string("a\0b", 3)};
  for (const std::string& path : unsafe) {
    INFO(Printable(path));
    const Result<ChecksumLine> parsed = ParseChecksumLine(hex + "  " + path);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.status().code() == "ChecksumsPath");
    CHECK(parsed.status().kind() == ErrorKind::kData);
  }
}

}  // namespace
}  // namespace snaptree
