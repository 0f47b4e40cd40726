// CHECKSUMS (spec 07 chapter 5): one line a file in GNU sha256sum's text form, ascending by the
// bytes of the full path. Paths and digests are collected while files are written and sorted within
// a memory ceiling.
#pragma once

#include <functional>
#include <string>

#include "base/external_sorter.h"
#include "base/result.h"
#include "base/sha256.h"
#include "base/slice.h"

namespace snaptree {

inline constexpr Slice kChecksumsFileName = "CHECKSUMS";

// Appends "<hex>  <path>\n", or its escaped form when the path holds a newline, CR or backslash.
void AppendChecksumLine(std::string* out, Slice path, const Sha256Digest& digest);

struct ChecksumLine {
  std::string path;
  Sha256Digest digest;
};
// One line without its newline (a trailing CR is dropped, a leading "./" of the path too).
// "ChecksumsMalformed", "ChecksumsPath"; the caller adds the place. Lines that are empty are the
// caller's to pass over.
Result<ChecksumLine> ParseChecksumLine(Slice line);

class ChecksumList {
 public:
  explicit ChecksumList(SorterOptions options) : sorter_(std::move(options)) {}

  Status Add(Slice path, const Sha256Digest& digest);
  // Gives the text in order, in pieces of whole lines, to take(Slice) -> Status. Last call. Two
  // equal paths: "NameCollision".
  Status Write(const std::function<Status(Slice)>& take);

 private:
  ExternalSorter sorter_;
};

}  // namespace snaptree
