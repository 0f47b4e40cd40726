// Filesystem keys and values on arbitrary bytes. Beyond not crashing: a key that parses is exactly
// the bytes of its parts, names are such that a directory can hold them, and what parses as an
// inode parses again with its unknown members behind it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_links.h"
#include "adapters/fs/fs_values.h"
#include "base/coding.h"

namespace {

using namespace snaptree;
using namespace snaptree::fs;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckOrdered(Slice bytes) {
  std::string text;
  if (ParseOrdered(bytes, &text)) {
    std::string again;
    AppendOrdered(&again, text);
    Require(again == bytes);
  }
  std::string ordered;
  AppendOrdered(&ordered, bytes);
  Require(ParseOrdered(ordered, &text) && text == bytes);
}

void CheckKeys(Slice tail) {
  uint64_t number = 0;
  for (const Slice prefix : {kInodePrefix, kHomePrefix, kDirVersionPrefix}) {
    const std::string key = std::string(prefix).append(tail);
    Require(ParseNumberedKey(key, prefix, &number) == (tail.size() == 8));
    if (tail.size() == 8) Require(number == LoadBe64(tail.data()));
  }
  EntryKey entry;
  if (ParseEntryKey(std::string(kEntryPrefix).append(tail), &entry)) {
    std::string again;
    AppendBe64(&again, entry.parent);
    AppendOrdered(&again, entry.name);
    Require(again == tail && IsEntryName(entry.name));
  }
  ChunkKey chunk;
  Require(ParseChunkKey(std::string(kChunkPrefix).append(tail), &chunk) == (tail.size() == 24));
}

void CheckRecords(Slice name) {
  std::string key;
  std::string payload;
  PackByParent({1, 2, name}, &key, &payload);
  const Link by_parent = UnpackByParent(key, payload);
  Require(by_parent.child == 1 && by_parent.parent == 2 && by_parent.name == name);
  PackByChild({1, 2, name}, &key);
  const Link by_child = UnpackByChild(key);
  Require(by_child.child == 1 && by_child.parent == 2 && by_child.name == name);
  PackPlace({true, name, name}, &payload);
  const Place place = UnpackPlace(payload);
  Require(place.selected && place.ancestors == name && place.path == name);
}

void CheckValues(Slice bytes) {
  FsValueParser parser;
  Inode inode;
  if (const Status status = parser.ParseInode(bytes, &inode); !status.ok()) {
    Require(status.code() == "FsInvalidInode");
  } else {
    std::string again = R"({"type":"file")";
    for (const UnknownMember& member : inode.unknown) again += ",\"x\":" + member.json;
    Inode second;
    Require(parser.ParseInode(again.append("}"), &second).ok());
    Require(second.unknown.size() == inode.unknown.size());
    for (size_t i = 0; i < second.unknown.size(); ++i) {
      Require(second.unknown[i].json == inode.unknown[i].json);
    }
    Require(inode.EffectiveChunkSize() > 0);
  }
  Entry entry;
  const Status status = parser.ParseEntry(bytes, &entry);
  Require(status.ok() || status.code() == "FsInvalidEntry");
  const Status home = parser.CheckHome(bytes);
  Require(home.ok() || home.code() == "FsInvalidHome");
  uint64_t version = 0;
  if (ParseDirVersion(bytes, &version))
    Require(bytes.find_first_not_of("0123456789") == Slice::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice bytes(reinterpret_cast<const char*>(data), size);
  CheckOrdered(bytes);
  CheckKeys(bytes);
  CheckRecords(bytes);
  CheckValues(bytes);
  return 0;
}
