#include "adapters/fs/fs_keys.h"

#include "base/coding.h"

namespace snaptree::fs {
namespace {

constexpr Slice kEscapedNul{"\0\xff", 2};
constexpr Slice kEnd{"\0\0", 2};

}  // namespace

void AppendOrdered(std::string* out, Slice bytes) {
  for (const char c : bytes) {
    if (c == '\0') {
      out->append(kEscapedNul);
    } else {
      out->push_back(c);
    }
  }
  out->append(kEnd);
}

bool ParseOrdered(Slice ordered, std::string* out) {
  out->clear();
  for (;;) {
    const size_t nul = ordered.find('\0');
    if (nul == Slice::npos) return false;
    out->append(ordered.substr(0, nul));
    ordered.remove_prefix(nul);
    if (ordered == kEnd) return true;
    if (!ordered.starts_with(kEscapedNul)) return false;
    out->push_back('\0');
    ordered.remove_prefix(kEscapedNul.size());
  }
}

bool ParseNumberedKey(Slice logical, Slice prefix, uint64_t* number) {
  ByteReader reader(logical);
  return reader.Skip(prefix) && reader.ReadBe64(number) && reader.empty();
}

bool IsEntryName(Slice name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == Slice::npos &&
         name.find('\0') == Slice::npos;
}

bool ParseEntryKey(Slice logical, EntryKey* out) {
  ByteReader reader(logical);
  return reader.Skip(kEntryPrefix) && reader.ReadBe64(&out->parent) &&
         ParseOrdered(reader.rest(), &out->name) && IsEntryName(out->name);
}

bool ParseChunkKey(Slice logical, ChunkKey* out) {
  ByteReader reader(logical);
  return reader.Skip(kChunkPrefix) && reader.ReadBe64(&out->home_slot) &&
         reader.ReadBe64(&out->inode) && reader.ReadBe64(&out->index) && reader.empty();
}

}  // namespace snaptree::fs
