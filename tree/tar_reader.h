// A tar archive, plain or inside zstd, read once from front to end (spec 07 chapter 6). What a name
// means is not looked at here.
//
// Every form that real tar programs write is taken: ustar, pax (with global headers), GNU, v7, with
// sparse files. Errors are of the data, with the file's path: "ArchiveTruncated", "ArchiveCorrupt".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "tree/archive_feed.h"

namespace snaptree {

// Whether a file begins like an archive: zstd with a tar header inside, or a tar header. What
// cannot be read does not.
bool LooksLikeArchive(const std::string& path);
// Whether it begins like an archive without entries, plain or inside zstd: with zeros.
bool LooksLikeEmptyArchive(const std::string& path);

struct TarEntry {
  enum class Kind : uint8_t { kFile, kFolder, kOther };
  std::string name;  // as it stands there; raw bytes
  Kind kind = Kind::kFile;
  const char* found = "";  // what kOther is
  uint64_t size = 0;
  uint64_t modified_ms = 0;  // Unix, not before 1970
  // Where the content stands in the archive, as it is; nullopt: it must be copied.
  std::optional<uint64_t> offset;
};

class TarReader {
 public:
  // `file` must outlive the reader.
  static Result<std::unique_ptr<TarReader>> Open(const InputFile& file);
  static Result<std::unique_ptr<TarReader>> Open(std::unique_ptr<ArchiveFeed> feed);
  ~TarReader();
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  // The next entry, or false when all of the archive was read and is whole.
  Result<bool> Next(TarEntry* entry);
  // The content of the entry, in pieces that ascend; what is between them is zeros.
  Status Copy(const std::function<Status(uint64_t offset, Slice bytes)>& take);

  uint64_t position() const;  // bytes of the file that were read
  bool packed() const;        // the archive stands inside zstd

 private:
  struct Rep;
  explicit TarReader(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree
