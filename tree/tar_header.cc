#include "tree/tar_header.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace snaptree {
namespace {

constexpr uint64_t kMaxUstarSize = (uint64_t{1} << 33) - 1;
constexpr char kPaxType = 'x';
constexpr Slice kPaxName = "PaxHeaders/entry";  // for programs that do not know pax

// The block as POSIX lays it out.
struct UstarBlock {
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char link_name[100];
  char magic[6];
  char version[2];
  char user_name[32];
  char group_name[32];
  char device_major[8];
  char device_minor[8];
  char prefix[155];
  char padding[12];
};
static_assert(sizeof(UstarBlock) == kTarBlockBytes);

// Octal digits that fill a field but for the NUL at its end.
template <size_t kBytes>
void PutOctal(char (&field)[kBytes], uint64_t value) {
  for (size_t i = kBytes - 1; i-- > 0; value >>= 3) field[i] = static_cast<char>('0' + (value & 7));
}

template <size_t kBytes>
void PutText(char (&field)[kBytes], Slice text) {
  std::memcpy(field, text.data(), text.size());
}

bool IsAscii(Slice path) {
  return std::none_of(path.begin(), path.end(), [](char c) { return (c & 0x80) != 0; });
}

// A path as ustar has it: a name and what stands before a slash in front of it.
struct SplitName {
  Slice prefix;
  Slice name;
  bool fits = true;
};

SplitName Split(Slice path) {
  constexpr size_t kNameBytes = sizeof(UstarBlock::name);
  if (path.size() <= kNameBytes) return {{}, path};
  // The first slash behind which few enough bytes stand; npos is greater than any size.
  const size_t slash = path.find('/', path.size() - kNameBytes - 1);
  if (slash > sizeof(UstarBlock::prefix) || slash + 1 == path.size())
    return {{}, path.substr(0, kNameBytes), false};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

void AppendBlock(std::string* out, const SplitName& name, char type, uint64_t size) {
  UstarBlock block{};
  PutText(block.name, name.name);
  PutText(block.prefix, name.prefix);
  PutOctal(block.mode, type == static_cast<char>(TarKind::kFolder) ? 0755 : 0600);
  PutOctal(block.uid, 0);
  PutOctal(block.gid, 0);
  PutOctal(block.size, size);
  PutOctal(block.mtime, 0);
  block.type = type;
  PutText(block.magic, "ustar");
  PutText(block.version, "00");
  PutOctal(block.device_major, 0);
  PutOctal(block.device_minor, 0);
  // The checksum is that of the block with blanks in its own place; it ends with NUL and a blank.
  std::memset(block.checksum, ' ', sizeof block.checksum);
  const auto* bytes = reinterpret_cast<const unsigned char*>(&block);
  unsigned sum = 0;
  for (size_t i = 0; i < sizeof block; ++i) sum += bytes[i];
  char digits[sizeof block.checksum - 1] = {};
  PutOctal(digits, sum);
  std::memcpy(block.checksum, digits, sizeof digits);
  out->append(reinterpret_cast<const char*>(&block), sizeof block);
}

// "LENGTH KEY=VALUE\n", where the length counts its own digits.
void AppendRecord(std::string* out, Slice key, Slice value) {
  const size_t rest = key.size() + value.size() + 3;
  size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) ++length;
  out->append(std::to_string(length)).append(" ").append(key).append("=");
  out->append(value).append("\n");
}

void AppendPax(std::string* out, const std::string& records) {
  AppendBlock(out, {{}, kPaxName}, kPaxType, records.size());
  out->append(records);
  out->append((kTarBlockBytes - records.size() % kTarBlockBytes) % kTarBlockBytes, '\0');
}

}  // namespace

void AppendTarHeader(std::string* out, Slice path, TarKind kind, uint64_t size) {
  std::string folder_path;
  if (kind == TarKind::kFolder) path = folder_path.append(path).append("/");
  const SplitName name = Split(path);
  // Names in UTF-8 stand in ustar as they are: so all tar programs write and read them. Of other
  // bytes pax can say that they are no text.
  const bool size_fits = size <= kMaxUstarSize;
  if (!name.fits || !size_fits || !IsUtf8(path)) {
    std::string records;
    // bsdtar would convert it from UTF-8 to the locale, and fail in most. GNU tar warns that it
    // does not know the member.
    if (!IsAscii(path)) AppendRecord(&records, "hdrcharset", "BINARY");
    AppendRecord(&records, "path", path);
    if (!size_fits) AppendRecord(&records, "size", std::to_string(size));
    AppendPax(out, records);
  }
  AppendBlock(out, name, static_cast<char>(kind), size_fits ? size : 0);
}

}  // namespace snaptree
