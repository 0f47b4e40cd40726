// Trees that a person broke: every error of spec 06 section 4.6 with its place, and what is mended.
#include <catch2/catch.hpp>

#include "adapters/common/stored_json.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/fs_rows.h"
#include "tests/support/fs_store.h"

namespace snaptree::test {
namespace {

using Texts = std::vector<std::string>;

const std::string kRoot = FsInodeLine(FsDirectory(1), "", 1);
constexpr const char* kLine2 = "FsEncodeInvalid fs/inodes.jsonl: line 2";

std::string In(uint64_t parent, FsInode inode, Slice path, std::string x_extra = "") {
  inode.parent = parent;
  return FsInodeLine(inode, path, std::nullopt, x_extra);
}

EncodedRows Encode(const std::string& lines, Files files, EncodeFilesOptions options = {}) {
  files["fs/inodes.jsonl"] = lines;
  options.folders.insert("fs/tree");
  return EncodeFiles(files, options);
}

Texts Errors(const std::string& lines, const Files& files) { return Encode(lines, files).errors; }

TEST_CASE("the root directory") {
  CHECK(Errors("", {}) == Texts{"FsEncodeInvalid fs/inodes.jsonl"});
  CHECK(Errors(In(1, FsFile(2, 0), "f"), {{"fs/tree/f", ""}}) ==
        Texts{"FsEncodeInvalid fs/inodes.jsonl"});
  CHECK(Errors(In(1, FsFile(1, 0), ""), {}) == Texts{"FsEncodeInvalid fs/inodes.jsonl: line 1"});
  CHECK(Errors(In(1, FsDirectory(2), ""), {}) == Texts{"FsEncodeInvalid fs/inodes.jsonl: line 1"});
  CHECK(Errors(kRoot + In(1, FsDirectory(1), "d"), {{"fs/tree/d/f", ""}})[0] == kLine2);
  CHECK(EncodeFiles({{"fs/tree/f", ""}}).errors == Texts{"FsEncodeInvalid fs/inodes.jsonl"});
}

TEST_CASE("numbers and paths that stand twice") {
  CHECK(Errors(kRoot + In(1, FsFile(5, 0), "a") + In(1, FsFile(5, 70000), "b"),
               {{"fs/tree/a", ""}, {"fs/tree/b", std::string(70000, 'x')}}) ==
        Texts{"FsEncodeInvalid fs/inodes.jsonl: line 3"});
  CHECK(Errors(kRoot + In(1, FsFile(5, 0), "a") + In(1, FsFile(6, 0), "a"), {{"fs/tree/a", ""}}) ==
        Texts{"FsEncodeInvalid fs/inodes.jsonl: line 3"});
  CHECK(Errors(kRoot + In(1, FsFile(0, 0), "a"), {{"fs/tree/a", ""}}) == Texts{kLine2});
  // Two ways to write one name.
  CHECK(Errors(kRoot + In(1, FsFile(5, 0), "a") + In(1, FsFile(6, 0), "%61"),
               {{"fs/tree/a", ""}, {"fs/tree/%61", ""}}) ==
        Texts{"DuplicateKey fs/inodes.jsonl: line 2"});
}

TEST_CASE("lines and objects that have no other half") {
  CHECK(Errors(kRoot, {{"fs/tree/a", ""}}) == Texts{"FsEncodeInvalid fs/tree/a"});
  CHECK(Errors(kRoot, {{"fs/tree/d/a", ""}}) ==
        Texts{"FsEncodeInvalid fs/tree/d", "FsEncodeInvalid fs/tree/d/a"});
  CHECK(Errors(kRoot + In(1, FsFile(5, 0), "a"), {}) == Texts{kLine2});
  CHECK(Errors(kRoot + In(9, FsFile(5, 0), "d/a"), {{"fs/tree/d/a", ""}}) ==
        Texts{kLine2, "FsEncodeInvalid fs/tree/d"});
  // A file as a parent.
  CHECK(Errors(kRoot + In(1, FsFile(5, 0), "a") + In(5, FsFile(6, 0), "a/b"),
               {{"fs/tree/a", ""}}) == Texts{"FsEncodeInvalid fs/inodes.jsonl: line 3"});
  CHECK(Errors(kRoot + In(1, FsFile(5, 0), "a") + In(1, FsDirectory(6), "b"),
               {{"fs/tree/a/x", ""}, {"fs/tree/b", ""}}) == Texts{"FsEncodeInvalid fs/tree/a",
                                                                  "FsEncodeInvalid fs/tree/a/x",
                                                                  "FsEncodeInvalid fs/tree/b"});
  EncodeFilesOptions ignoring;
  ignoring.choices.ignore_extra = true;
  const EncodedRows out = Encode(kRoot, {{"fs/tree/a~", ""}, {"fs/x", ""}}, ignoring);
  CHECK(out.errors.empty());
  CHECK(out.finding("unexpected_file") == "warning 2");
}

TEST_CASE("an empty directory that a copy lost comes back") {
  const EncodedRows out = EncodeFiles({{"fs/inodes.jsonl", FsInodeLine(FsDirectory(1), "")}});
  CHECK(out.errors.empty());
  CHECK(out.findings() == Texts{"warning fs_directory_created 1"});
  CHECK(out.rows.count(FsInodeKey(1)) == 1);
  FsInode root = FsDirectory(1);
  root.nlink = 3;
  const EncodedRows two = Encode(FsInodeLine(root, "", 4) + In(1, FsDirectory(5), "d"), {});
  CHECK(two.errors.empty());
  CHECK(two.findings() == Texts{"warning fs_directory_created 1"});
  CHECK(two.rows.at(FsEntryKey(1, "d")) == FsEntryValue(5, "directory"));
}

TEST_CASE("a file of another size than its line says") {
  const std::string lines = kRoot + In(1, FsFile(5, 3), "a") + In(1, FsFile(6, 1), "b");
  const Files files{{"fs/tree/a", "hello"}, {"fs/tree/b", std::string(70000, 'b')}};
  CHECK(Errors(lines, files) == Texts{"FsEncodeInvalid fs/tree/a", "FsEncodeInvalid fs/tree/b"});
  EncodeFilesOptions trusting;
  trusting.choices.fs_trust_content = true;
  const EncodedRows out = Encode(lines, files, trusting);
  CHECK(out.errors.empty());
  CHECK(out.findings() == Texts{"warning fs_size_corrected 2"});
  CHECK(out.rows.at(FsInodeKey(5)) == FsInodeValue(FsFile(5, 5)));
  CHECK(out.rows.at(FsInodeKey(6)) == FsInodeValue(FsFile(6, 70000)));
  CHECK(out.rows.at(FsChunkKey(6, 6, 0)) == files.at("fs/tree/b"));
  CHECK(out.rows.at("!fs|usage") == "{\"files\":3,\"bytes\":70005}");
  CHECK(out.differences == std::set<std::string>{"fs/inodes.jsonl"});
}

TEST_CASE("parents and links are corrected") {
  FsInode gone = FsFile(6, 0);
  gone.nlink = 0;
  const EncodedRows out =
      Encode(kRoot + In(1, FsDirectory(5), "d") + In(1, gone, "d/f"), {{"fs/tree/d/f", ""}});
  CHECK(out.errors.empty());
  CHECK(out.findings() == Texts{"note fs_dir_version_completed 1", "warning fs_nlink_corrected 2",
                                "warning fs_parent_corrected 1"});
  FsInode root = FsDirectory(1);
  root.nlink = 3;
  CHECK(out.rows.at(FsInodeKey(1)) == FsInodeValue(root));
  gone.nlink = 1;
  gone.parent = 5;
  CHECK(out.rows.at(FsInodeKey(6)) == FsInodeValue(gone));
  CHECK(out.rows.at(FsEntryKey(5, "f")) == FsEntryValue(6, "file"));
  CHECK(out.differences == std::set<std::string>{"fs/inodes.jsonl"});
}

TEST_CASE("names and paths that are none") {
  for (const char* path :
       {"a b", "%2", "%", "%zz", ".", "..", "a%2Fb", "%00", "%2E", "b64.YQ", "a/", "é"}) {
    INFO(path);
    const bool is_b64 = std::string(path) == "b64.YQ";
    const Texts errors = Errors(kRoot + In(1, FsFile(5, 0), path), {{"fs/tree/ok", ""}});
    CHECK(std::count(errors.begin(), errors.end(), kLine2) >= (is_b64 ? 0 : 1));
  }
  for (const char* path : {"/a", "a\\u0000b", "//", "/"})
    CHECK(Errors(kRoot + In(1, FsDirectory(5), path), {}) == Texts{kLine2});
  CHECK(Errors(kRoot + In(1, FsFile(5, 0), std::string(241, 'a')),
               {{"fs/tree/" + std::string(241, 'a'), ""}}) == Texts{kLine2});
}

TEST_CASE("malformed lines, each with its number, and nothing else") {
  const std::string good = In(1, FsFile(5, 0), "a");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string line = good;
    line.replace(line.find(from), from.size(), to);
    return line;
  };
  const std::string lines[] = {
      "\n",
      "{}\n",
      "[]\n",
      "\xef\xbb\xbf" + good,
      good.substr(0, good.size() - 1) + "]\n",
      with("\"inode\":5", "\"inode\":5.0"),
      with("\"inode\":5", "\"inode\":-5"),
      with("\"inode\":5", "\"inode\":\"5\""),
      with("\"inode\":5", "\"inode\":18446744073709551616"),
      with("\"inode\":5", "\"inode\":null"),
      with("\"inode\":5,", ""),
      with("\"inode\":5", "\"inode\":5,\"inode\":5"),
      with("\"parent\":1", "\"parent\":1e0"),
      with("\"type\":\"file\"", "\"type\":\"symlink\""),
      with("\"type\":\"file\",", ""),
      with("\"mode\":420", "\"mode\":4294967296"),
      with("\"mode\":420,", ""),
      with("\"size\":0,", ""),
      with("\"atime_nsec\":11", "\"atime_nsec\":9223372036854775808"),
      with("\"chunk_size\":4194304", "\"chunk_size\":268435457"),
      with("\"path\":\"a\"", "\"path\":1"),
      with("\"path\":\"a\"", "\"path\":\"\\ud800\""),
      with("\"path\":\"a\"", "\"path\":\"a\",\"dir_version\":5"),
      with("\"path\":\"a\"", "\"path\":\"a\",\"dir_version\":null"),
      with("\"path\":\"a\"", "\"path\":\"a\",\"orphaned\":false"),
      with("\"path\":\"a\"", "\"path\":\"a\",\"Size\":0"),
      with("\"path\":\"a\"", "\"path\":\"a\",\"x_extra\":[]"),
      with("\"path\":\"a\"", "\"path\":\"a\",\"x_extra\":{\"size\":5}"),
      with("\"path\":\"a\"", "\"path\":\"a\",\"x_extra\":{\"\\u0073ize\":5}"),
      with("\"path\":\"a\"", "\"path\":\"a\",\"x_extra\":{\"orphaned\":true}"),
  };
  for (const std::string& line : lines) {
    INFO(line);
    CHECK(Errors(kRoot + line, {{"fs/tree/a", ""}}) == Texts{kLine2});
  }
  CHECK(Errors(kRoot + good + "x\n" + In(1, FsFile(6, 1), "b"),
               {{"fs/tree/a", ""}, {"fs/tree/b", ""}}) ==
        Texts{"FsEncodeInvalid fs/inodes.jsonl: line 3", "FsEncodeInvalid fs/tree/b"});
}

TEST_CASE("a broken line of a directory does not break what is in it") {
  std::string directory = In(1, FsDirectory(5), "d");
  directory.replace(directory.find("\"mode\":493"), 10, "\"mode\":-1");
  CHECK(Errors(kRoot + directory + In(5, FsFile(6, 0), "d/f"), {{"fs/tree/d/f", ""}}) ==
        Texts{kLine2});
  directory.replace(directory.find("\"directory\""), 11, "\"dir\"");
  CHECK(Errors(kRoot + directory + In(5, FsFile(6, 0), "d/f"), {{"fs/tree/d/f", ""}}) ==
        Texts{kLine2});
}

TEST_CASE("lines of windows editors and without an end are lines") {
  std::string lines = kRoot + In(1, FsFile(5, 0), "a");
  lines.pop_back();
  CHECK(Errors(lines, {{"fs/tree/a", ""}}).empty());
  lines.insert(lines.find('\n'), "\r");
  CHECK(Errors(lines, {{"fs/tree/a", ""}}).empty());
}

TEST_CASE("an x_extra without members does not come out") {
  const Files files = {{"fs/tree/a", ""}};
  std::string lines = kRoot + In(1, FsFile(5, 0), "a");
  CHECK(Encode(lines, files).differences.empty());
  lines.insert(lines.rfind('}'), ",\"x_extra\":{}");
  const EncodedRows out = Encode(lines, files);
  CHECK(out.errors.empty());
  CHECK(out.findings().empty());
  CHECK(out.differences == std::set<std::string>{"fs/inodes.jsonl"});
}

TEST_CASE("a line that is too long is not read whole") {
  const std::string long_line =
      kRoot + std::string(2 * StoredJson::kMaxBytes, ' ') + "\n" + In(1, FsFile(5, 0), "a");
  const EncodedRows out = Encode(long_line, {{"fs/tree/a", ""}});
  CHECK(out.errors == Texts{"LineTooLong fs/inodes.jsonl: line 2"});
}

TEST_CASE("files of fs that nobody knows") {
  CHECK(Errors(kRoot, {{"fs/notes.txt", ""}, {"fs/tree2/a", ""}}) ==
        Texts{"UnexpectedFile fs/notes.txt", "UnexpectedFile fs/tree2"});
}

}  // namespace
}  // namespace snaptree::test
