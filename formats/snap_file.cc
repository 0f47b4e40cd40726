#include "formats/snap_file.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/file.h"
#include "base/text.h"

namespace snaptree {
namespace {

using google::protobuf::io::CodedInputStream;

constexpr size_t kTokenBytes = 17;
constexpr Slice kTokenMagic("EKVT\x01", 5);
constexpr uint64_t kMaxTokenFileBytes = uint64_t{1} << 20;

// Walks the fields of a message: take(field, wire type, number, content) gets each.
template <class Take>
bool WalkMessage(Slice bytes, Take take) {
  CodedInputStream in(Bytes(bytes), static_cast<int>(bytes.size()));
  for (;;) {
    const uint32_t tag = in.ReadTag();
    if (tag == 0) return in.ConsumedEntireMessage();
    const uint32_t wire = tag & 7;
    uint64_t number = 0;
    Slice content;
    if (wire == 0) {
      if (!in.ReadVarint64(&number)) return false;
    } else if (wire == 2) {
      uint64_t size = 0;
      if (!in.ReadVarint64(&size)) return false;
      const auto at = static_cast<size_t>(in.CurrentPosition());
      if (size > bytes.size() - at || !in.Skip(static_cast<int>(size))) return false;
      content = bytes.substr(at, size);
    } else if ((wire == 1 && !in.Skip(8)) || (wire == 5 && !in.Skip(4)) || wire == 3 || wire == 4) {
      return false;
    }
    take(tag >> 3, wire, number, content);
  }
}

Status SnapInvalid(const std::string& path, std::string what) {
  return DataError("SnapInvalid", std::move(what)).At(path);
}

std::optional<uint64_t> HexNumber(Slice digits) {
  const std::optional<std::string> bytes = ParseHex(digits);
  if (!bytes || bytes->size() != sizeof(uint64_t)) return std::nullopt;
  return LoadBe64(bytes->data());
}

// "<16 hex of the term>-<16 hex of the index>.snap".
Result<SnapFile> FromName(const std::string& path) {
  const Slice name = Slice(path).substr(path.find_last_of('/') + 1);
  const bool shaped = name.size() == 16 + 1 + 16 + 5 && name[16] == '-' && name.ends_with(".snap");
  const auto term = shaped ? HexNumber(name.substr(0, 16)) : std::nullopt;
  const auto index = shaped ? HexNumber(name.substr(17, 16)) : std::nullopt;
  if (!term || !index) return SnapInvalid(path, "too large for a token, and not named by a node");
  return SnapFile{*index, *term, false, 0};
}

}  // namespace

Result<SnapFile> ParseSnapFile(Slice bytes, const std::string& path) {
  uint64_t crc = 0;
  Slice snapshot;
  const bool outer =
      WalkMessage(bytes, [&](uint32_t field, uint32_t wire, uint64_t number, Slice content) {
        if (field == 1 && wire == 0) crc = number;
        if (field == 2 && wire == 2) snapshot = content;
      });
  if (!outer || snapshot.empty() || crc == 0)
    return SnapInvalid(path, "not a .snap file, or an empty one");
  if (Crc32c(snapshot) != crc) {
    return SnapInvalid(path, "the .snap file does not match its checksum")
        .Expected(Hex32(static_cast<uint32_t>(crc)))
        .Found(Hex32(Crc32c(snapshot)));
  }
  SnapFile result;
  Slice data;
  bool inner_ok = true;
  const bool inner =
      WalkMessage(snapshot, [&](uint32_t field, uint32_t wire, uint64_t, Slice content) {
        if (field == 1 && wire == 2) data = content;
        if (field == 2 && wire == 2) {
          inner_ok = WalkMessage(content, [&](uint32_t f, uint32_t w, uint64_t n, Slice) {
            if (f == 2 && w == 0) result.index = n;
            if (f == 3 && w == 0) result.term = n;
          });
        }
      });
  if (!inner || !inner_ok) return SnapInvalid(path, "the snapshot message in it is malformed");
  if (data.size() == kTokenBytes && data.starts_with(kTokenMagic)) {
    result.has_token = true;
    result.token_crc32c = LoadBe32(data.data() + 13);
    if (LoadBe64(data.data() + 5) != result.index)
      return SnapInvalid(path, "its token names another index");
  }
  return result;
}

Result<SnapFile> ReadSnapFile(const std::string& path) {
  SNAPTREE_ASSIGN(const InputFile file, InputFile::Open(path));
  if (file.size() > kMaxTokenFileBytes) return FromName(path);
  std::string bytes(static_cast<size_t>(file.size()), '\0');
  SNAPTREE_TRY(file.ReadExactlyAt(0, bytes.data(), bytes.size()));
  return ParseSnapFile(bytes, path);
}

}  // namespace snaptree
