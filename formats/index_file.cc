#include "formats/index_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "base/coding.h"
#include "base/file.h"
#include "base/sha256.h"
#include "base/staged_files.h"
#include "formats/fsm_format.h"
#include "formats/index_codec.h"

namespace snaptree {
namespace {

constexpr Slice kMagic = "STINDEX\n";
constexpr uint32_t kVersion = 2;
constexpr size_t kHeadBytes = 20;
// Far above what a scan learns of any file.
constexpr uint64_t kMaxBytes = uint64_t{64} << 20;

// Other families would make other rows of the same file.
void AppendFamilies(IndexWriter* out) {
  Sha256 hash;
  for (const Family& family : Families()) {
    hash.Update(family.prefix);
    const char kind[] = {static_cast<char>(family.family_class), static_cast<char>(family.adapter),
                         family.newest_at_any_time ? '\1' : '\0'};
    hash.Update(Slice(kind, sizeof kind));
  }
  out->Text(AsSlice(hash.Finish()));
}

std::string IdentityText(const SnapshotIdentity& identity) {
  IndexWriter out;
  AppendFamilies(&out);
  out.Number(identity.file_bytes);
  out.Number(identity.modified_ns);
  out.Number(identity.bytes);
  out.Number(identity.end);
  out.Text(identity.format);
  out.Optional(identity.at);
  return out.Take();
}

std::string FileText(const SnapshotIdentity& identity, const IndexedScan& indexed) {
  IndexWriter body;
  body.Text(IdentityText(identity));
  body.Optional(indexed.crc32c ? std::optional<uint64_t>(*indexed.crc32c) : std::nullopt);
  AppendScan(indexed.scan, &body);
  const std::string bytes = body.Take();
  std::string text(kMagic);
  AppendBe32(&text, kVersion);
  AppendBe64(&text, bytes.size());
  text += bytes;
  text += AsSlice(Sha256::Of(text));
  return text;
}

// The body of a whole index of this version.
std::optional<Slice> BodyOf(Slice text) {
  ByteReader reader(text);
  uint32_t version = 0;
  uint64_t size = 0;
  Slice body;
  Slice digest;
  if (!reader.Skip(kMagic) || !reader.ReadBe32(&version) || version != kVersion ||
      !reader.ReadBe64(&size) || !reader.ReadBytes(size, &body) ||
      !reader.ReadBytes(sizeof(Sha256Digest), &digest) || !reader.empty()) {
    return std::nullopt;
  }
  const Sha256Digest own = Sha256::Of(text.substr(0, kHeadBytes + body.size()));
  return digest == AsSlice(own) ? std::optional<Slice>(body) : std::nullopt;
}

std::optional<IndexedScan> Parse(Slice text, const SnapshotIdentity& identity, Extent rows) {
  const std::optional<Slice> body = BodyOf(text);
  if (!body) return std::nullopt;
  IndexReader in(*body);
  if (in.Text() != IdentityText(identity)) return std::nullopt;
  IndexedScan indexed;
  const std::optional<uint64_t> crc = in.Optional();
  if (crc) indexed.crc32c = static_cast<uint32_t>(*crc);
  if (!ReadScan(&in, rows, &indexed.scan) || !in.AtEnd()) return std::nullopt;
  return indexed;
}

}  // namespace

Result<std::optional<SnapshotIdentity>> IdentityOf(const OpenedInput& input,
                                                   std::optional<uint64_t> at) {
  const std::string& path = input.container->info().path;
  struct stat st {};
  // Positions in a decrypted copy mean nothing without the keys.
  const bool lasting = input.file != nullptr && !input.container->info().decrypted && path != "-";
  if (!lasting || ::stat(path.c_str(), &st) != 0) return std::optional<SnapshotIdentity>();
  SnapshotIdentity identity;
  identity.file_bytes = static_cast<uint64_t>(st.st_size);
  identity.modified_ns = static_cast<uint64_t>(st.st_mtim.tv_sec) * 1'000'000'000 +
                         static_cast<uint64_t>(st.st_mtim.tv_nsec);
  identity.bytes = input.file->size();
  std::array<char, kFooterBytes> end{};
  const uint64_t n = std::min<uint64_t>(end.size(), identity.bytes);
  SNAPTREE_TRY(input.file->ReadExactlyAt(identity.bytes - n, end.data(), static_cast<size_t>(n)));
  identity.end = LoadBe32(end.data());
  identity.format = input.container->info().format;
  identity.at = at;
  return std::optional<SnapshotIdentity>(std::move(identity));
}

Result<std::optional<IndexedScan>> ReadIndex(const std::string& path,
                                             const SnapshotIdentity& identity, Extent rows) {
  Result<InputFile> file = InputFile::Open(path);
  if (!file.ok() && file.status().code() == "NotFound") return std::optional<IndexedScan>();
  if (!file.ok() && file.status().code() == "NotRegular") {
    return UsageError("NotAnIndex", "what stands there is no file, and is not replaced")
        .At(path)
        .Found(file.status().info().found)
        .Next("name another file with --index");
  }
  SNAPTREE_TRY(file.status());
  if (file->size() == 0) return std::optional<IndexedScan>();
  std::string text(std::min<uint64_t>(file->size(), kMaxBytes), '\0');
  SNAPTREE_TRY(file->ReadExactlyAt(0, text.data(), text.size()));
  // The beginning of one that was cut inside its first bytes is ours too.
  const size_t known = std::min(text.size(), kMagic.size());
  if (text.substr(0, known) != kMagic.substr(0, known)) {
    return UsageError("NotAnIndex", "the file is no index of a snapshot, and is not replaced")
        .At(path)
        .Next("name another file with --index");
  }
  return Parse(text, identity, rows);
}

Status WriteIndex(const std::string& path, const SnapshotIdentity& identity,
                  const IndexedScan& indexed) {
  SNAPTREE_ASSIGN(StagedFiles staged, StagedFiles::Create(path, /*replace=*/true));
  SNAPTREE_ASSIGN(UniqueFd fd, staged.CreateFile(""));
  SNAPTREE_TRY(WriteFully(fd.get(), FileText(identity, indexed), path));
  SNAPTREE_TRY(CloseWritten(std::move(fd), path));
  return staged.Publish();
}

}  // namespace snaptree
