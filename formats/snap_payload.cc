#include "formats/snap_payload.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/cancel.h"
#include "base/checksum.h"
#include "base/coding.h"
#include "base/text.h"

namespace snaptree {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;
constexpr size_t kTokenBytes = 17;
constexpr Slice kTokenMagic("EKVT\x01", 5);

// A field of a message in a file: of wire type 0 its number, of type 2 where its bytes stand.
struct Field {
  uint64_t tag = 0;
  uint64_t number = 0;
  Extent content;
};

bool ReadVarint(ByteReader* in, uint64_t* v) {
  *v = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    uint8_t byte = 0;
    if (!in->ReadU8(&byte)) return false;
    *v |= uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

// Takes the field at the front of `rest`. False: there is none, or it leads out of `rest`.
Result<bool> TakeField(const InputFile& file, Extent* rest, Field* field) {
  char head[20];
  const auto n = static_cast<size_t>(std::min<uint64_t>(rest->size(), sizeof head));
  SNAPTREE_TRY(file.ReadExactlyAt(rest->begin, head, n));
  ByteReader in(Slice(head, n));
  if (!ReadVarint(&in, &field->tag) || !ReadVarint(&in, &field->number)) return false;
  const uint64_t kind = field->tag & 7;
  rest->begin += n - in.size();
  field->content = {rest->begin, rest->begin};
  if (kind == 0) return true;
  if (kind != 2 || field->number > rest->size()) return false;
  field->content.end += field->number;
  rest->begin = field->content.end;
  return true;
}

Result<uint32_t> ChecksumOf(const InputFile& file, Extent bytes) {
  uint32_t crc = 0;
  std::string piece;
  for (uint64_t at = bytes.begin; at < bytes.end; at += piece.size()) {
    SNAPTREE_TRY(CheckCancelled());
    piece.resize(static_cast<size_t>(std::min<uint64_t>(bytes.end - at, kPieceBytes)));
    SNAPTREE_TRY(file.ReadExactlyAt(at, piece.data(), piece.size()));
    crc = ExtendCrc32c(crc, piece);
  }
  return crc;
}

// Field 1 is the checksum, field 2 the message, and nothing follows. nullopt: something else.
Result<std::optional<std::pair<uint64_t, Extent>>> OuterMessage(const InputFile& file) {
  constexpr uint64_t kChecksum = 1 << 3;
  constexpr uint64_t kMessage = 2 << 3 | 2;
  using Outer = std::optional<std::pair<uint64_t, Extent>>;
  Extent rest{0, file.size()};
  Field crc;
  Field message;
  SNAPTREE_ASSIGN(const bool first, TakeField(file, &rest, &crc));
  if (!first || crc.tag != kChecksum || crc.number == 0 || crc.number > UINT32_MAX) return Outer();
  SNAPTREE_ASSIGN(const bool second, TakeField(file, &rest, &message));
  if (!second || message.tag != kMessage || rest.size() != 0) return Outer();
  return Outer(std::pair(crc.number, message.content));
}

Status TakeMetadata(const InputFile& file, Extent metadata, SnapPayload* payload) {
  Field field;
  while (metadata.size() != 0) {
    SNAPTREE_ASSIGN(const bool taken, TakeField(file, &metadata, &field));
    if (!taken) return DataError("SnapInvalid", "the metadata in it is malformed").At(file.path());
    if (field.tag == (2 << 3)) payload->index = field.number;
    if (field.tag == (3 << 3)) payload->term = field.number;
  }
  return {};
}

}  // namespace

Result<std::optional<SnapPayload>> ReadSnapshotMessage(const InputFile& file, Extent message) {
  SnapPayload payload;
  Field field;
  while (message.size() != 0) {
    SNAPTREE_ASSIGN(const bool taken, TakeField(file, &message, &field));
    if (!taken) return std::optional<SnapPayload>();
    if (field.tag == (1 << 3 | 2)) payload.data = field.content;
    if (field.tag == (2 << 3 | 2)) SNAPTREE_TRY(TakeMetadata(file, field.content, &payload));
  }
  return std::optional(payload);
}

Result<std::optional<SnapPayload>> FindSnapPayload(const InputFile& file) {
  SNAPTREE_ASSIGN(const auto outer, OuterMessage(file));
  if (!outer) return std::optional<SnapPayload>();
  SNAPTREE_ASSIGN(const std::optional<SnapPayload> payload,
                  ReadSnapshotMessage(file, outer->second));
  if (!payload) return payload;
  SNAPTREE_ASSIGN(const uint32_t crc, ChecksumOf(file, outer->second));
  if (crc != outer->first) {
    return DataError("SnapInvalid", "the .snap file does not match its checksum")
        .At(file.path())
        .Expected(Hex32(static_cast<uint32_t>(outer->first)))
        .Found(Hex32(crc))
        .Next("get the file again from the node or a copy");
  }
  return payload;
}

Result<bool> IsSnapToken(const InputFile& file, const SnapPayload& payload) {
  if (payload.data.size() != kTokenBytes) return false;
  std::array<char, kTokenBytes> bytes{};
  SNAPTREE_TRY(file.ReadExactlyAt(payload.data.begin, bytes.data(), bytes.size()));
  const Slice token(bytes.data(), bytes.size());
  if (!token.starts_with(kTokenMagic)) return false;
  if (LoadBe64(bytes.data() + kTokenMagic.size()) == payload.index) return true;
  return DataError("SnapInvalid", "its token names another index").At(file.path());
}

Result<InputFile> CopySnapPayload(const InputFile& file, const SnapPayload& payload,
                                  const std::string& folder) {
  SNAPTREE_ASSIGN(UniqueFd fd, OpenUnnamedFile(folder));
  std::string piece;
  for (uint64_t at = payload.data.begin; at < payload.data.end; at += piece.size()) {
    SNAPTREE_TRY(CheckCancelled());
    piece.resize(static_cast<size_t>(std::min<uint64_t>(payload.data.end - at, kPieceBytes)));
    SNAPTREE_TRY(file.ReadExactlyAt(at, piece.data(), piece.size()));
    SNAPTREE_TRY(WriteFully(fd.get(), piece, folder));
  }
  return InputFile::FromFd(std::move(fd), file.path());
}

}  // namespace snaptree
