#include "tree/tar_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "tree/archive_bytes.h"

namespace snaptree {
namespace {

constexpr size_t kBlockBytes = 512;
constexpr size_t kEndBytes = 2 * kBlockBytes;  // zeros that end an archive
constexpr size_t kChecksumAt = 148;
constexpr size_t kChecksumBytes = 8;
constexpr size_t kTypeAt = 156;
constexpr size_t kMagicAt = 257;
// The library keeps less than a block of one piece when it asks for the next.
constexpr size_t kReadAheadBytes = 2 * kBlockBytes;

// The checksum of a header counts its own place as blanks.
bool HasValidChecksum(Slice header) {
  const Slice field = header.substr(kChecksumAt, kChecksumBytes);
  uint64_t expected = 0;
  bool digits = false;
  for (const char c : field) {
    if (c >= '0' && c <= '7') {
      expected = expected * 8 + static_cast<uint64_t>(c - '0');
      digits = true;
    } else if (digits) {
      break;
    } else if (c != ' ') {
      return false;
    }
  }
  uint64_t sum = 0;
  for (size_t i = 0; i < kBlockBytes; ++i) {
    const bool own = i >= kChecksumAt && i < kChecksumAt + kChecksumBytes;
    sum += own ? uint64_t{' '} : static_cast<uint8_t>(header[i]);
  }
  return digits && sum == expected;
}

bool IsTarHeader(Slice bytes) {
  if (bytes.size() < kBlockBytes || bytes[0] == '\0') return false;
  return bytes.substr(kMagicAt, 5) == "ustar" || HasValidChecksum(bytes);
}

// Names are raw bytes here, whatever a locale would make of them.
bool IsHarmless(Slice warning) {
  return warning.ends_with("can't be converted from UTF-8 to current locale.") ||
         warning.starts_with("Ignoring unknown extended header keyword");
}

const char* KindName(mode_t type, bool hard_link) {
  if (hard_link) return "a hard link";
  if (type == AE_IFLNK) return "a link";
  if (type == AE_IFIFO) return "a pipe";
  if (type == AE_IFREG) return "an entry of a kind that snaptree does not know";
  return "a device";
}

// Regular files, of old programs and of GNU tar with holes. What the library does not know it takes
// for a regular file.
bool IsFileType(char type) { return type == '0' || type == '\0' || type == 'S'; }

// The first bytes of a file, unpacked when it is packed; fewer when it is shorter or cannot be
// read.
std::string FirstBytes(const std::string& path, size_t n) {
  std::string first;
  const Result<InputFile> file = InputFile::Open(path);
  if (!file.ok()) return first;
  const Result<std::unique_ptr<ArchiveBytes>> bytes = ArchiveBytes::Open(NewFileFeed(*file));
  if (!bytes.ok()) return first;
  while (first.size() < n) {
    const Result<Slice> piece = (*bytes)->Next();
    if (!piece.ok() || piece->empty()) break;
    first.append(*piece);
  }
  return first;
}

struct FreeArchive {
  void operator()(struct archive* a) const { ::archive_read_free(a); }
};

}  // namespace

bool LooksLikeArchive(const std::string& path) {
  return IsTarHeader(FirstBytes(path, kBlockBytes));
}

bool LooksLikeEmptyArchive(const std::string& path) {
  const std::string first = FirstBytes(path, kEndBytes);
  return first.size() >= kEndBytes &&
         Slice(first).substr(0, kEndBytes).find_first_not_of('\0') == Slice::npos;
}

struct TarReader::Rep {
  Status Error(const char* code, std::string what) const;
  Status LibraryError();
  Status End();
  bool HasFileType() const;

  static la_ssize_t Read(struct archive* a, void* data, const void** bytes);
  static la_int64_t Skip(struct archive* a, void* data, la_int64_t n);

  std::unique_ptr<ArchiveBytes> bytes;
  Status failed;             // of bytes
  uint64_t given = 0;        // to the library, passed over or read
  Slice last;                // the piece that it was given last
  std::string before;        // the end of what it was given before that
  uint64_t last_header = 0;  // where the entry at hand begins
  std::unique_ptr<struct archive, FreeArchive> archive;
};

la_ssize_t TarReader::Rep::Read(struct archive* a, void* data, const void** bytes) {
  auto* rep = static_cast<Rep*>(data);
  const size_t kept = std::min(rep->last.size(), kReadAheadBytes);
  rep->before.append(rep->last.substr(rep->last.size() - kept));
  rep->before.erase(0, rep->before.size() - std::min(rep->before.size(), kReadAheadBytes));
  Result<Slice> piece = rep->bytes->Next();
  if (!piece.ok()) {
    rep->failed = std::move(piece).status();
    ::archive_set_error(a, EIO, "%s", rep->failed.code().c_str());
    return ARCHIVE_FATAL;
  }
  rep->given += piece->size();
  rep->last = *piece;
  *bytes = piece->data();
  return static_cast<la_ssize_t>(piece->size());
}

la_int64_t TarReader::Rep::Skip(struct archive* /*a*/, void* data, la_int64_t n) {
  auto* rep = static_cast<Rep*>(data);
  const uint64_t passed = rep->bytes->Skip(static_cast<uint64_t>(std::max<la_int64_t>(n, 0)));
  rep->given += passed;
  if (passed > 0) {
    rep->before.clear();
    rep->last = {};
  }
  return static_cast<la_int64_t>(passed);
}

// The library knows no place any more once it has failed: the entry before tells it then.
Status TarReader::Rep::Error(const char* code, std::string what) const {
  const la_int64_t position = ::archive_read_header_position(archive.get());
  return DataError(code, std::move(what))
      .At(bytes->name(), position < 0 ? last_header : static_cast<uint64_t>(position))
      .Next("copy the archive again, or make it again: tar -C TREE -cf FILE .");
}

Status TarReader::Rep::LibraryError() {
  if (!failed.ok()) return failed;
  if (given == 0) return Error("ArchiveTruncated", "the archive is empty").Found("0 bytes");
  const char* text = ::archive_error_string(archive.get());
  const std::string what = text == nullptr ? "the archive is malformed" : text;
  if (what.find("runcated") != std::string::npos)
    return Error("ArchiveTruncated", "the archive ends too early");
  if (what == "Unrecognized archive format")
    return Error("ArchiveCorrupt", "this is no tar archive, plain or inside zstd");
  return Error("ArchiveCorrupt", "the archive cannot be read: " + what);
}

// The library stops at the end mark. Behind it there may be zeros only: another archive there would
// be lost, and damage would show in a checksum that is not read yet.
Status TarReader::Rep::End() {
  const auto begin = static_cast<uint64_t>(::archive_read_header_position(archive.get()));
  const auto end = static_cast<uint64_t>(::archive_filter_bytes(archive.get(), 0));
  if (end < begin + kBlockBytes)
    return Error("ArchiveTruncated", "the archive has no end mark: it was cut");
  const uint64_t unread = given - std::min(given, end);
  const std::string tail = before.append(last);
  Slice piece = tail;
  piece.remove_prefix(tail.size() - std::min<uint64_t>(unread, tail.size()));
  for (;;) {
    if (piece.find_first_not_of('\0') != Slice::npos)
      return Error("ArchiveCorrupt", "more data stands behind the end of the archive");
    SNAPTREE_ASSIGN(piece, bytes->Next());
    if (piece.empty()) return {};
  }
}

// The library does not tell the type that stands in the entry's header, which ends where the
// content begins. Before the content of files with holes a map of them may stand instead.
bool TarReader::Rep::HasFileType() const {
  const auto end = static_cast<uint64_t>(::archive_filter_bytes(archive.get(), 0));
  const uint64_t unread = given - std::min(given, end);
  if (unread > last.size()) return true;
  const auto here = static_cast<size_t>(last.size() - unread);  // of `last`, to where it was read
  const size_t there = kBlockBytes - std::min(here, kBlockBytes);  // of the header in `before`
  if (there > before.size()) return true;
  std::string header = before.substr(before.size() - there);
  header.append(last.substr(here - (kBlockBytes - there), kBlockBytes - there));
  return IsFileType(header[kTypeAt]) || !IsTarHeader(header);
}

TarReader::TarReader(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
TarReader::~TarReader() = default;

Result<std::unique_ptr<TarReader>> TarReader::Open(const InputFile& file) {
  return Open(NewFileFeed(file));
}

Result<std::unique_ptr<TarReader>> TarReader::Open(std::unique_ptr<ArchiveFeed> feed) {
  auto rep = std::make_unique<Rep>();
  SNAPTREE_ASSIGN(rep->bytes, ArchiveBytes::Open(std::move(feed)));
  rep->archive.reset(::archive_read_new());
  struct archive* a = rep->archive.get();
  if (a == nullptr) return NoMemoryError();
  ::archive_read_support_format_tar(a);
  ::archive_read_set_read_callback(a, Rep::Read);
  ::archive_read_set_skip_callback(a, Rep::Skip);
  ::archive_read_set_callback_data(a, rep.get());
  if (::archive_read_open1(a) != ARCHIVE_OK) return rep->LibraryError();
  return std::unique_ptr<TarReader>(new TarReader(std::move(rep)));
}

Result<bool> TarReader::Next(TarEntry* entry) {
  struct archive* a = rep_->archive.get();
  struct archive_entry* found = nullptr;
  const int result = ::archive_read_next_header(a, &found);
  if (result == ARCHIVE_EOF) {
    SNAPTREE_TRY(rep_->End());
    return false;
  }
  if (result != ARCHIVE_OK) {
    const char* warning = ::archive_error_string(a);
    if (result != ARCHIVE_WARN || warning == nullptr || !IsHarmless(warning))
      return rep_->LibraryError();
  }
  rep_->last_header = static_cast<uint64_t>(::archive_read_header_position(a));
  const char* name = ::archive_entry_pathname(found);
  const la_int64_t size = ::archive_entry_size(found);
  if (name == nullptr || size < 0)
    return rep_->Error("ArchiveCorrupt", "an entry of the archive has no name or no size");
  entry->name = name;
  entry->size = static_cast<uint64_t>(size);
  const la_int64_t seconds = std::max<la_int64_t>(::archive_entry_mtime(found), 0);
  entry->modified_ms = static_cast<uint64_t>(seconds) * 1000 +
                       static_cast<uint64_t>(::archive_entry_mtime_nsec(found)) / 1000000;
  const mode_t type = ::archive_entry_filetype(found);
  const bool hard_link = ::archive_entry_hardlink(found) != nullptr;
  entry->kind = TarEntry::Kind::kOther;
  if (type == AE_IFREG && !hard_link && rep_->HasFileType()) entry->kind = TarEntry::Kind::kFile;
  if (type == AE_IFDIR) entry->kind = TarEntry::Kind::kFolder;
  entry->found = entry->kind == TarEntry::Kind::kOther ? KindName(type, hard_link) : "";
  entry->offset.reset();
  if (!rep_->bytes->packed() && ::archive_entry_sparse_count(found) == 0)
    entry->offset = static_cast<uint64_t>(::archive_filter_bytes(a, 0));
  return true;
}

Status TarReader::Copy(const std::function<Status(uint64_t offset, Slice bytes)>& take) {
  struct archive* a = rep_->archive.get();
  for (;;) {
    const void* bytes = nullptr;
    size_t n = 0;
    la_int64_t offset = 0;
    const int result = ::archive_read_data_block(a, &bytes, &n, &offset);
    if (result == ARCHIVE_EOF) return {};
    if (result != ARCHIVE_OK) return rep_->LibraryError();
    SNAPTREE_TRY(take(static_cast<uint64_t>(offset), Slice(static_cast<const char*>(bytes), n)));
  }
}

uint64_t TarReader::position() const { return rep_->bytes->position(); }
bool TarReader::packed() const { return rep_->bytes->packed(); }

}  // namespace snaptree
