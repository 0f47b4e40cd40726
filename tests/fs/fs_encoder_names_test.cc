// Names that KEYMAP.jsonl has to tell, names in other spellings, orders that sorting must get
// right, deep paths.
#include <catch2/catch.hpp>

#include "manifest/file_name_codec.h"
#include "manifest/keymap.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/fs_rows.h"

namespace snaptree::test {
namespace {

using Texts = std::vector<std::string>;

const std::string kRoot = FsInodeLine(FsDirectory(1), "", 1);

std::string In(uint64_t parent, FsInode inode, Slice path) {
  inode.parent = parent;
  return FsInodeLine(inode, path);
}

std::string KeymapLine(Slice original, Slice kind = "sha-fallback") {
  std::string line;
  AppendKeymapLine(&line, FallbackName(original), original, kind);
  return line;
}

EncodedRows Encode(const std::string& lines, const std::string& keymap, Files files,
                   EncodeFilesOptions options = {}) {
  files["fs/inodes.jsonl"] = lines;
  if (!keymap.empty()) files["fs/KEYMAP.jsonl"] = keymap;
  options.folders.insert("fs/tree");
  return EncodeFiles(files, options);
}

TEST_CASE("fallback names: one in several folders, a folder, a name beyond every limit of a disk") {
  const std::string long_name(300, 'x');
  const std::string shaped = std::string(32, 'a') + "__b";
  const std::string huge(70000, '\xff');
  const std::string l = FallbackName(long_name);
  const std::string s = FallbackName(shaped);
  const std::string h = FallbackName(huge);
  FsInode root = FsDirectory(1);
  root.nlink = 3;
  const EncodedRows out =
      Encode(FsInodeLine(root, "", 1) + FsInodeLine(FsDirectory(2), l, 1) +
                 In(2, FsFile(3, 1), l + "/" + l) + In(2, FsFile(4, 0), l + "/" + s) +
                 In(1, FsFile(5, 0), h) + In(1, FsFile(6, 0), "b64.x"),
             KeymapLine(huge) + KeymapLine(long_name) + KeymapLine(shaped) + KeymapLine(long_name) +
                 KeymapLine("any", "of a newer kind"),
             {{"fs/tree/" + l + "/" + l, "1"},
              {"fs/tree/" + l + "/" + s, ""},
              {"fs/tree/" + h, ""},
              {"fs/tree/b64.x", ""}});
  CHECK(out.errors == Texts{"FsEncodeInvalid fs/inodes.jsonl: line 6"});  // b64. without KEYMAP
  const EncodedRows good = Encode(
      FsInodeLine(root, "", 1) + FsInodeLine(FsDirectory(2), l, 1) +
          In(2, FsFile(3, 1), l + "/" + l) + In(2, FsFile(4, 0), l + "/" + s) +
          In(1, FsFile(5, 0), h),
      KeymapLine(huge) + KeymapLine(long_name) + KeymapLine(shaped) + KeymapLine(long_name),
      {{"fs/tree/" + l + "/" + l, "1"}, {"fs/tree/" + l + "/" + s, ""}, {"fs/tree/" + h, ""}});
  CHECK(good.errors.empty());
  CHECK(good.findings() == Texts{"note keymap_record_repeated 1"});
  CHECK(good.differences.count("fs/KEYMAP.jsonl") == 1);
  CHECK(good.rows.at(FsEntryKey(1, long_name)) == FsEntryValue(2, "directory"));
  CHECK(good.rows.at(FsEntryKey(2, long_name)) == FsEntryValue(3, "file"));
  CHECK(good.rows.at(FsEntryKey(2, shaped)) == FsEntryValue(4, "file"));
  CHECK(good.rows.at(FsEntryKey(1, huge)) == FsEntryValue(5, "file"));
}

TEST_CASE("KEYMAP: missing, wrong and unused records") {
  const std::string name(300, 'x');
  const std::string f = FallbackName(name);
  const std::string lines = kRoot + In(1, FsFile(2, 0), f);
  const Files files{{"fs/tree/" + f, ""}};
  CHECK(Encode(lines, "", files).errors == Texts{"KeymapMissing fs/inodes.jsonl: line 2"});
  CHECK(Encode(lines, KeymapLine("other"), files).errors ==
        Texts{"KeymapMissing fs/inodes.jsonl: line 2"});
  CHECK(Encode(lines, KeymapLine(name, "future"), files).errors ==
        Texts{"KeymapMissing fs/inodes.jsonl: line 2"});
  std::string wrong;
  AppendKeymapLine(&wrong, f, "y", "sha-fallback");
  CHECK(Encode(lines, wrong, files).errors == Texts{"KeymapMismatch fs/KEYMAP.jsonl: line 1"});
  CHECK(Encode(lines, KeymapLine(name) + "\n", files).errors ==
        Texts{"KeymapInvalid fs/KEYMAP.jsonl: line 2"});
  const EncodedRows out = Encode(lines, KeymapLine(name) + KeymapLine("unused"), files);
  CHECK(out.errors.empty());
  CHECK(out.findings() == Texts{"warning keymap_record_unused 1"});
  CHECK(out.differences == std::set<std::string>{"fs/KEYMAP.jsonl"});
  std::string more_said = KeymapLine(name);
  more_said.insert(1, "\"note\":1,");
  const EncodedRows said = Encode(lines, more_said, files);
  CHECK(said.errors.empty());
  CHECK(said.findings().empty());
  CHECK(said.differences == std::set<std::string>{"fs/KEYMAP.jsonl"});
  CHECK(Encode(lines, KeymapLine(name), files).differences.empty());
  // A name that no directory can hold.
  const std::string slash = std::string(250, 'a') + "/b";
  CHECK(Encode(kRoot + In(1, FsFile(2, 0), FallbackName(slash)), KeymapLine(slash),
               {{"fs/tree/" + FallbackName(slash), ""}})
            .errors == Texts{"FsEncodeInvalid fs/inodes.jsonl: line 2"});
}

TEST_CASE("other spellings are read, and what will differ is said, below them too") {
  FsInode root = FsDirectory(1);
  root.nlink = 3;
  const std::string lines = FsInodeLine(root, "", 1) + FsInodeLine(FsDirectory(2), "a%7cb", 1) +
                            In(2, FsFile(3, 0), "a%7cb/%63");
  const Files files{{"fs/tree/a%7cb/%63", ""}};
  const EncodedRows out = Encode(lines, "", files);
  CHECK(out.errors.empty());
  CHECK(out.findings() == Texts{"note name_not_canonical 2"});
  CHECK(out.rows.at(FsEntryKey(1, "a|b")) == FsEntryValue(2, "directory"));
  CHECK(out.rows.at(FsEntryKey(2, "c")) == FsEntryValue(3, "file"));
  CHECK((out.differences == std::set<std::string>{"fs/KEYMAP.jsonl", "fs/inodes.jsonl",
                                                  "fs/tree/a%7Cb", "fs/tree/a%7Cb/c",
                                                  "fs/tree/a%7cb", "fs/tree/a%7cb/%63"}));
  EncodeFilesOptions strict;
  strict.choices.strict = true;
  CHECK(Encode(lines, "", files, strict).errors ==
        Texts{"NameNotCanonical fs/inodes.jsonl: line 2",
              "NameNotCanonical fs/inodes.jsonl: line 3"});
}

TEST_CASE("a folder comes before all that is in it, whatever its neighbours are called") {
  Files files;
  std::string lines = kRoot;
  uint64_t number = 2;
  std::map<std::string, std::string> expected;
  FsInode root = FsDirectory(1);
  root.nlink = 2;
  for (const std::string name : {"a", "a-b", "a.b", "a0", "a%20", "a%2F", "ab"}) {
    if (name == "a%2F") continue;
    const uint64_t directory = number++;
    ++root.nlink;
    lines += FsInodeLine(FsDirectory(directory), name, 1);
    for (const std::string below : {"-", ".x", "z"}) {
      lines += In(directory, FsFile(number, 0), name + "/" + below);
      files["fs/tree/" + name + "/" + below] = "";
      expected[FsEntryKey(directory, below)] = FsEntryValue(number, "file");
      ++number;
    }
  }
  lines.replace(0, kRoot.size(), FsInodeLine(root, "", 1));
  const EncodedRows out = Encode(lines, "", files);
  CHECK(out.errors.empty());
  CHECK(out.findings().empty());
  for (const auto& [key, value] : expected) CHECK(out.rows.at(key) == value);
}

TEST_CASE("a tree far deeper than a path can be long") {
  constexpr uint64_t kDepth = 1500;
  std::string path;
  std::string lines;
  for (uint64_t i = 1; i <= kDepth; ++i) {
    FsInode directory = FsDirectory(i);
    directory.parent = i == 1 ? 1 : i - 1;
    directory.nlink = i == kDepth ? 2 : 3;
    lines.insert(0, FsInodeLine(directory, path, 1));  // the deepest first
    path += path.empty() ? "dir" : "/dir";
  }
  const EncodedRows out =
      Encode(lines + In(kDepth, FsFile(kDepth + 1, 4), path), "", {{"fs/tree/" + path, "deep"}});
  CHECK(out.errors.empty());
  CHECK(out.findings().empty());
  CHECK(out.rows.at(FsEntryKey(kDepth, "dir")) == FsEntryValue(kDepth + 1, "file"));
  CHECK(out.rows.at(FsChunkKey(kDepth + 1, kDepth + 1, 0)) == "deep");
  CHECK(out.rows.at("!fs|usage") == "{\"files\":1501,\"bytes\":4}");
}

}  // namespace
}  // namespace snaptree::test
