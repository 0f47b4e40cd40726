// Archives that real tar programs made, archives that were cut or made to harm, and what a source
// over them answers.
#include <sys/stat.h>

#include <cstdlib>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/temp_folder.h"
#include "tree/open_tree.h"
#include "tree/tar_reader.h"

namespace snaptree {
namespace {

using test::ReadWholeFile;
using test::TempFolder;
using test::WriteWholeFile;

using Files = std::map<std::string, std::string>;

bool Shell(const std::string& command) { return std::system(command.c_str()) == 0; }

// A program that is not there is said, and the test passes by.
bool HasProgram(const std::string& name) {
  if (Shell("command -v " + name + " >/dev/null 2>&1")) return true;
  WARN("SKIPPED: " << name << " is not installed");
  return false;
}

struct Places {
  TempFolder folder;
  std::string scratch = folder / "scratch";
  std::string tree = folder / "tree";
  std::string archive = folder / "x.tar";

  Places() {
    ::mkdir(scratch.c_str(), 0700);
    ::mkdir(tree.c_str(), 0700);
  }
  OpenTreeOptions Options() const {
    OpenTreeOptions options;
    options.archive.scratch_folder = [this] { return Result<std::string>(scratch); };
    options.archive.sorter = {size_t{1} << 20, options.archive.scratch_folder};
    return options;
  }
  Result<std::unique_ptr<TreeSource>> Open(const std::string& path) const {
    return OpenTree(path, Options());
  }
  std::string CodeOf(const std::string& path) const {
    const auto source = Open(path);
    return source.ok() ? "" : source.status().code();
  }
  void Write(const std::string& path, const std::string& content) const {
    for (size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1))
      ::mkdir((tree + "/" + path.substr(0, at)).c_str(), 0700);
    WriteWholeFile(tree + "/" + path, content);
  }
};

std::string ContentOf(const TreeSource& source, const std::string& path) {
  const auto content = source.Open(path);
  REQUIRE(content.ok());
  std::string bytes((*content)->size() + 1, '\0');
  const auto n = (*content)->ReadAt(0, bytes.data(), bytes.size());
  REQUIRE(n.ok());
  CHECK(*n == (*content)->size());
  bytes.resize(*n);
  // Piece by piece, by way of holes, it is the same.
  std::string again(bytes.size(), '\0');
  for (uint64_t at = 0; (at = (*content)->NextData(at)) < bytes.size();) {
    const auto piece = (*content)->ReadAt(at, again.data() + at, 1000);
    REQUIRE(piece.ok());
    at += *piece;
  }
  CHECK(again == bytes);
  return bytes;
}

// All that List() leads to; folders end with a slash.
void Collect(const TreeSource& source, const std::string& folder, Files* out) {
  std::set<std::string> names;
  const Status listed = source.List(folder, [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries) {
      const std::string path = folder.empty() ? entry.name : folder + "/" + entry.name;
      CHECK(names.insert(entry.name).second);
      const auto kind = source.Find(path);
      REQUIRE(kind.ok());
      CHECK(*kind == entry.kind);
      if (entry.kind == EntryKind::kFolder) {
        (*out)[path + "/"] = "";
        Collect(source, path, out);
      } else {
        (*out)[path] = ContentOf(source, path);
      }
    }
    return {};
  });
  REQUIRE(listed.ok());
}

Files FilesOf(const TreeSource& source) {
  Files files;
  Collect(source, "", &files);
  return files;
}

// A tree with names of all kinds; what an archive of it must give.
Files MakeTree(const Places& at) {
  const std::string deep(120, 'd');
  Files files = {
      {"MANIFEST.json", "{}"},
      {"a", "file a"},
      {"a-b/c", "1"},
      {"a.b", "2"},
      {"b/c/d", "3"},
      {"b/c-", "4"},
      {"b/c\x01", "5"},
      {"empty", ""},
      {"h/\xff\xfe.bin", "not UTF-8"},
      {"h/\xc3\xa9\xe6\x97\xa5.bin", "UTF-8"},
      {"h/new\nline", "n"},
      {"h/back\\slash", "b"},
      {"h/ blank ", "b"},
      {"h/-dash", "d"},
      {"h/" + std::string(200, 'n'), "long name"},
      {"h/" + deep + "/" + deep + "/" + deep + "/x", "long path"},
      {"large", std::string(300000, 'L') + std::string(700000, '\0') + "end"},
      {"zeros", std::string(5000, '\0')},
  };
  for (const auto& [path, content] : files) at.Write(path, content);
  ::mkdir((at.tree + "/nothing").c_str(), 0700);
  for (const std::string folder : {"a-b/", "b/", "b/c/", "h/", "nothing/"}) files[folder] = "";
  std::string path = "h";
  for (int i = 0; i < 3; ++i) {
    path += "/" + deep;
    files[path + "/"] = "";
  }
  return files;
}

constexpr char kFile = '0';
constexpr char kLink = '2';
constexpr char kFolder = '5';
constexpr char kPipe = '6';

// One entry of an archive that no tar program would make.
struct Made {
  std::string name;
  std::string content;
  char type = kFile;
};

std::string Octal(uint64_t value, size_t digits) {
  std::string text(digits, '0');
  for (; value > 0; value /= 8) text[--digits] = static_cast<char>('0' + value % 8);
  return text;
}

// ustar, as small as it gets.
std::string TarBlocks(const Made& made) {
  std::string header(512, '\0');
  const auto put = [&](size_t at, const std::string& text) {
    header.replace(at, text.size(), text);
  };
  const bool link = made.type == kLink;
  put(0, made.name);
  put(100, "0000600");
  put(124, Octal(link ? 0 : made.content.size(), 11));
  put(136, Octal(1700000000, 11));
  put(148, "        ");
  header[156] = made.type;
  if (link) put(157, made.content);
  put(257, std::string("ustar\0"
                       "00",
                       8));
  uint64_t sum = 0;
  for (const char c : header) sum += static_cast<uint8_t>(c);
  put(148, Octal(sum, 6) + std::string("\0 ", 2));
  if (link) return header;
  const size_t padding = (512 - made.content.size() % 512) % 512;
  return header + made.content + std::string(padding, '\0');
}

void MakeArchive(const std::string& path, const std::vector<Made>& entries) {
  std::string bytes;
  for (const Made& made : entries) bytes += TarBlocks(made);
  WriteWholeFile(path, bytes + std::string(1024, '\0'));
}

}  // namespace

TEST_CASE("Archives of real tar programs give the tree") {
  if (!HasProgram("tar") || !HasProgram("zstd")) return;
  const Places at;
  const Files tree = MakeTree(at);
  const std::string in = "tar -C " + at.tree + " ";
  for (const std::string options :
       {"--format=gnu", "--format=pax", "--format=gnu -S", "--format=pax -S",
        "--format=pax -S --sparse-version=0.0", "--format=pax -S --sparse-version=0.1"}) {
    INFO(options);
    REQUIRE(Shell("truncate -s 5000 " + at.tree + "/zeros"));
    REQUIRE(Shell(in + options + " -cf " + at.archive + " ."));
    CHECK(LooksLikeArchive(at.archive));
    auto plain = at.Open(at.archive);
    REQUIRE(plain.ok());
    CHECK(FilesOf(**plain) == tree);
    REQUIRE(Shell("zstd -q -f " + at.archive));
    CHECK(LooksLikeArchive(at.archive + ".zst"));
    auto packed = at.Open(at.archive + ".zst");
    REQUIRE(packed.ok());
    CHECK(FilesOf(**packed) == tree);
    CHECK(Shell("test -z \"$(ls -A " + at.scratch + ")\""));
  }
}

TEST_CASE("Old forms of tar are read too") {
  if (!HasProgram("tar")) return;
  const Places at;
  at.Write("a/b", "1");
  at.Write("c", std::string(1000, 'c'));
  const Files expected = {{"a/", ""}, {"a/b", "1"}, {"c", std::string(1000, 'c')}};
  for (const std::string options : {"--format=v7", "--format=ustar", "--format=oldgnu"}) {
    INFO(options);
    REQUIRE(Shell("tar -C " + at.tree + " " + options + " -cf " + at.archive + " ."));
    CHECK(LooksLikeArchive(at.archive));
    auto source = at.Open(at.archive);
    REQUIRE(source.ok());
    CHECK(FilesOf(**source) == expected);
  }
}

TEST_CASE("What git archive writes, with its global header, is read") {
  if (!HasProgram("git")) return;
  const Places at;
  at.Write("MANIFEST.json", "{}");
  at.Write("redis/x", "1");
  REQUIRE(Shell("cd " + at.tree +
                " && git init -q . && git add -A && git -c user.name=a -c user.email=a@b "
                "commit -qm x && git archive -o " +
                at.archive + " HEAD"));
  CHECK(ReadWholeFile(at.archive).find("pax_global_header") != std::string::npos);
  auto source = at.Open(at.archive);
  REQUIRE(source.ok());
  CHECK(FilesOf(**source) == Files{{"MANIFEST.json", "{}"}, {"redis/", ""}, {"redis/x", "1"}});
}

TEST_CASE("zstd of several frames, with skippable ones, is one archive") {
  if (!HasProgram("zstd")) return;
  const Places at;
  MakeArchive(at.archive, {{"a", std::string(100000, 'x')}, {"b", "2"}});
  const std::string all = at.folder / "all.tar.zst";
  REQUIRE(Shell("cd " + at.folder.path() +
                " && head -c 5000 x.tar | zstd -q > 1 && tail -c +5001 x.tar | zstd -q > 2"));
  const std::string skippable("\x53\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  WriteWholeFile(all, skippable + ReadWholeFile(at.folder / "1") + skippable +
                          ReadWholeFile(at.folder / "2") + skippable);
  auto source = at.Open(all);
  REQUIRE(source.ok());
  CHECK(FilesOf(**source) == Files{{"a", std::string(100000, 'x')}, {"b", "2"}});
}

TEST_CASE("Folders that only paths name are folders, and lists are complete") {
  const Places at;
  MakeArchive(at.archive, {{"x/y/z", "1"},
                           {"x.a", "2"},
                           {"x/y-", "3"},
                           {"./x/", "", kFolder},
                           {"././w", "4"},
                           {"x", "", kFolder}});
  auto source = at.Open(at.archive);
  REQUIRE(source.ok());
  CHECK(FilesOf(**source) ==
        Files{{"w", "4"}, {"x.a", "2"}, {"x/", ""}, {"x/y-", "3"}, {"x/y/", ""}, {"x/y/z", "1"}});
  CHECK((*source)->List("w", [](auto) { return Status(); }).code() == "NotFound");
  CHECK((*source)->List("q", [](auto) { return Status(); }).code() == "NotFound");
  CHECK((*source)->Open("x").status().code() == "NotRegular");
  CHECK((*source)->Open("q").status().code() == "NotFound");
  CHECK_FALSE((*(*source)->Find("x/y/q")).has_value());
  CHECK((*(*source)->Find("")).value() == EntryKind::kFolder);
  CHECK((*(*source)->Open("w"))->modified_ms() == 1700000000000);
}

TEST_CASE("Many files are found in flat memory") {
  const Places at;
  std::vector<Made> entries;
  Files expected = {{"d/", ""}, {"e/", ""}};
  for (int i = 0; i < 20000; ++i) {
    const std::string path = (i % 2 == 0 ? "d/" : "e/") + std::to_string(i * 7919 % 20000);
    entries.push_back({path, std::to_string(i)});
    expected[path] = std::to_string(i);
  }
  MakeArchive(at.archive, entries);
  auto source = at.Open(at.archive);
  REQUIRE(source.ok());
  CHECK(FilesOf(**source) == expected);
}

TEST_CASE("Entries that no tree has are refused") {
  const Places at;
  const auto code = [&](const std::vector<Made>& entries) {
    MakeArchive(at.archive, entries);
    return at.CodeOf(at.archive);
  };
  CHECK(code({{"a", "1"}, {"./a", "2"}}) == "DuplicateEntry");
  CHECK(code({{"a", "1"}, {"a/b", "2"}}) == "DuplicateEntry");
  CHECK(code({{"a/b", "1"}, {"a-", "2"}, {"a", "3"}}) == "DuplicateEntry");
  CHECK(code({{"a", "", kFolder}, {"a", "3"}}) == "DuplicateEntry");
  CHECK(code({{"../a", "1"}}) == "UnsafePath");
  CHECK(code({{"/a", "1"}}) == "UnsafePath");
  CHECK(code({{"a/../b", "1"}}) == "UnsafePath");
  CHECK(code({{"a//b", "1"}}) == "UnsafePath");
  CHECK(code({{"../", "", kFolder}}) == "UnsafePath");
  CHECK(code({{"l", "/etc/passwd", kLink}}) == "NotRegular");
  CHECK(code({{"p", "", kPipe}}) == "NotRegular");
  CHECK(code({{"dump/MANIFEST.json", "{}"}, {"dump/x", "1"}}) == "ArchiveLeadingFolder");
  CHECK(code({{"dump/x", "1"}}).empty());
}

TEST_CASE("A hard link in an archive is refused") {
  if (!HasProgram("tar")) return;
  const Places at;
  at.Write("a", "1");
  REQUIRE(Shell("ln " + at.tree + "/a " + at.tree + "/b && tar -C " + at.tree + " -cf " +
                at.archive + " ."));
  CHECK(at.CodeOf(at.archive) == "NotRegular");
}

TEST_CASE("Limits of an archive hold") {
  const Places at;
  MakeArchive(at.archive, {{"a", "12345"}, {"b", "67890"}});
  const auto code = [&](std::optional<uint64_t> entries, std::optional<uint64_t> bytes) {
    OpenTreeOptions options = at.Options();
    options.archive.limits.max_entries = entries;
    options.archive.limits.max_bytes = bytes;
    const auto source = OpenTree(at.archive, options);
    return source.ok() ? "" : source.status().code();
  };
  CHECK(code(2, 10).empty());
  CHECK(code(1, {}) == "ArchiveTooLarge");
  CHECK(code({}, 9) == "ArchiveTooLarge");
}

TEST_CASE("An archive that was cut anywhere is an error") {
  const Places at;
  MakeArchive(at.archive, {{"a", std::string(3000, 'a')}, {std::string(90, 'b'), "2"}});
  const std::string whole = ReadWholeFile(at.archive);
  size_t content_end = whole.find_last_not_of('\0') + 1;
  content_end = (content_end + 511) / 512 * 512;
  for (size_t size = 512; size <= content_end; size += 128) {
    INFO(size);
    WriteWholeFile(at.archive, whole.substr(0, size));
    const auto source = at.Open(at.archive);
    REQUIRE_FALSE(source.ok());
    CHECK(source.status().code() == "ArchiveTruncated");
    // Where an entry begins, or what ought to be one.
    const std::optional<uint64_t> offset = source.status().info().offset;
    REQUIRE(offset);
    CHECK(*offset <= size);
    CHECK(*offset % 512 == 0);
  }
  // One block of zeros is enough, and so is all that was written.
  for (const size_t more : {size_t{512}, size_t{1024}}) {
    WriteWholeFile(at.archive, whole.substr(0, content_end + more));
    CHECK(at.CodeOf(at.archive).empty());
  }
}

TEST_CASE("A compressed archive that was cut or damaged is an error") {
  if (!HasProgram("zstd")) return;
  const Places at;
  std::string noise;
  for (uint32_t i = 0, x = 1; i < 400000; ++i, x = x * 1664525 + 1013904223)
    noise += static_cast<char>(x >> 24);
  MakeArchive(at.archive, {{"a", noise}});
  REQUIRE(Shell("zstd -q " + at.archive));
  const std::string path = at.archive + ".zst";
  const std::string whole = ReadWholeFile(path);
  for (const size_t cut : {size_t{1}, size_t{4}, size_t{100}, size_t{100000}, size_t{300000}}) {
    WriteWholeFile(path, whole.substr(0, whole.size() - cut));
    CHECK(at.CodeOf(path) == "ArchiveTruncated");
  }
  std::string damaged = whole;
  damaged[damaged.size() / 2] ^= 1;  // only the checksum at the end tells
  WriteWholeFile(path, damaged);
  CHECK(at.CodeOf(path) == "ArchiveCorrupt");
}

TEST_CASE("Two archives one behind the other are an error, not the first of them") {
  const Places at;
  MakeArchive(at.archive, {{"a", "1"}});
  const std::string one = ReadWholeFile(at.archive);
  WriteWholeFile(at.archive, one + one);
  CHECK(at.CodeOf(at.archive) == "ArchiveCorrupt");
  WriteWholeFile(at.archive, one + std::string(size_t{1} << 20, '\0') + one);
  CHECK(at.CodeOf(at.archive) == "ArchiveCorrupt");
}

TEST_CASE("Bytes that are no archive never open as one") {
  const Places at;
  uint32_t x = 7;
  for (int round = 0; round < 200; ++round) {
    MakeArchive(at.archive, {{"a/b", "12345"}, {"c", std::string(700, 'c')}});
    std::string bytes = ReadWholeFile(at.archive);
    for (int i = 0; i < 3; ++i) {
      x = x * 1664525 + 1013904223;
      bytes[(x >> 8) % 2560] = static_cast<char>(x >> 3);
    }
    WriteWholeFile(at.archive, bytes);
    OpenTreeOptions options = at.Options();
    options.archive.limits.max_bytes = uint64_t{1} << 20;
    const auto source = OpenTree(at.archive, options);  // must not crash
    if (source.ok()) FilesOf(**source);
  }
}

TEST_CASE("Other files are no trees") {
  const Places at;
  WriteWholeFile(at.archive, std::string(2000, 'x'));
  CHECK(at.CodeOf(at.archive) == "NotATree");
  WriteWholeFile(at.archive, "");
  CHECK(at.CodeOf(at.archive) == "ArchiveTruncated");
  WriteWholeFile(at.archive, std::string(1023, '\0'));
  CHECK(at.CodeOf(at.archive) == "NotATree");
  WriteWholeFile(at.archive, std::string(1024, '\0'));
  CHECK(at.CodeOf(at.archive) == "ManifestMissing");
  CHECK(at.CodeOf(at.folder / "nothing") == "NotFound");
  CHECK(at.CodeOf("/dev/null") == "NotATree");
  CHECK(at.CodeOf(at.tree).empty());
}

TEST_CASE("A scratch folder without room says so") {
  if (!HasProgram("zstd")) return;
  const Places at;
  MakeArchive(at.archive, {{"a", std::string(100, 'x')}});
  REQUIRE(Shell("zstd -q " + at.archive));
  OpenTreeOptions options = at.Options();
  options.archive.scratch_folder = []() -> Result<std::string> {
    return EnvironmentError("NoSpace", "full");
  };
  const auto source = OpenTree(at.archive + ".zst", options);
  REQUIRE_FALSE(source.ok());
  CHECK(source.status().code() == "NoSpace");
}

}  // namespace snaptree
