#include "check/archive/unpack_space.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <memory>

#include "check/archive/unpack_target.h"

#include "base/cancel.h"
#include "decode/preflight.h"
#include "tree/tar_reader.h"
#include "tree/zeros.h"

namespace snaptree {
namespace {

constexpr uint64_t kMostBytes = std::numeric_limits<uint64_t>::max();
constexpr const char* kEnough = "Enough";  // ends a walk, and is not shown

// Calls take(entry, reader) for each file as long as that is true. What is wrong with the archive
// ends it as well: unpacking says so.
template <typename Take>
Status ForEachFile(const InputFile& archive, const Take& take) {
  const auto walk = [&]() -> Status {
    SNAPTREE_ASSIGN(const std::unique_ptr<TarReader> reader, TarReader::Open(archive));
    TarEntry entry;
    for (;;) {
      SNAPTREE_TRY(CheckCancelled());
      SNAPTREE_ASSIGN(const bool more, reader->Next(&entry));
      if (!more || reader->packed()) return {};
      if (entry.kind != TarEntry::Kind::kFile) continue;
      SNAPTREE_ASSIGN(const bool go_on, take(entry, *reader));
      if (!go_on) return {};
    }
  };
  Status walked = walk();
  return walked.ok() || walked.kind() == ErrorKind::kData ? Status::Ok() : walked;
}

// What the headers say, whose contents are passed over.
Status ReadSizes(const InputFile& archive, Room* room) {
  return ForEachFile(archive, [&](const TarEntry& entry, TarReader&) -> Result<bool> {
    ++room->files;
    room->bytes += std::min(entry.size, kMostBytes - room->bytes);
    return true;
  });
}

// The bytes that will be written, until they are more than `enough`.
Status ReadContents(const InputFile& archive, uint64_t enough, uint64_t* bytes) {
  return ForEachFile(archive, [&](const TarEntry& entry, TarReader& reader) -> Result<bool> {
    if (entry.size <= kMostBytesWithoutHoles) {
      *bytes += entry.size;
      return *bytes <= enough;
    }
    const Status read = reader.Copy([&](uint64_t /*offset*/, Slice piece) -> Status {
      SNAPTREE_TRY(CheckCancelled());
      if (!IsZeros(piece)) *bytes += piece.size();
      return *bytes <= enough ? Status::Ok() : DataError(kEnough, "");
    });
    if (!read.ok()) return read;
    return *bytes <= enough;
  });
}

}  // namespace

Status CheckUnpackSpace(const InputFile& archive, const std::string& folder) {
  struct statvfs fs {};
  if (::statvfs(folder.c_str(), &fs) != 0)
    return SystemError(errno, "ask for the free space of", folder);
  const uint64_t free_bytes = uint64_t{fs.f_bavail} * fs.f_frsize;
  if (archive.size() <= free_bytes) return {};
  Room room;
  SNAPTREE_TRY(ReadSizes(archive, &room));
  if (room.bytes > free_bytes) {
    room.bytes = 0;
    SNAPTREE_TRY(ReadContents(archive, free_bytes, &room.bytes));
  }
  return CheckRoom(room, folder);
}

}  // namespace snaptree
