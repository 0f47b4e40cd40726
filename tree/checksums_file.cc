#include "tree/checksums_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/cancel.h"
#include "base/text.h"
#include "manifest/checksums.h"

namespace snaptree {
namespace {

constexpr size_t kPieceBytes = size_t{256} << 10;
constexpr size_t kMaxLineBytes = size_t{64} << 10;

}  // namespace

Status ChecksumsFile::TakeLine(Slice line, uint64_t number) {
  if (line.empty() || line == "\r") return {};
  Result<ChecksumLine> parsed = ParseChecksumLine(line);
  if (!parsed.ok()) {
    return report_(
        Status(parsed.status()).At(kChecksumsFileName).Address("line " + std::to_string(number)));
  }
  if (parsed->path == kChecksumsFileName) {
    lists_itself_ = true;
    return {};
  }
  return lines_.Add(parsed->path, AsSlice(parsed->digest));
}

std::string ChecksumsFile::SealStep() const {
  return archive_ ? "unpack it with tar, snaptree seal TREE, snaptree pack TREE"
                  : "snaptree seal TREE";
}

Status ChecksumsFile::Read(const TreeSource& source, const Report& report) {
  report_ = report;
  Result<std::unique_ptr<TreeContent>> content = source.Open(kChecksumsFileName);
  if (!content.ok()) {
    if (content.status().code() != "NotFound") return report_(std::move(content).status());
    return report_(
        DataError("ChecksumsMissing", "the tree has no CHECKSUMS: it is not complete")
            .At(kChecksumsFileName)
            .Next("a tree of your own making: " + SealStep() + "; otherwise get it again"));
  }
  std::string buffer;
  uint64_t offset = 0;
  uint64_t number = 0;
  bool long_line = false;  // its beginning was thrown away
  for (bool at_end = false; !at_end;) {
    SNAPTREE_TRY(CheckCancelled());
    const size_t kept = buffer.size();
    buffer.resize(kept + kPieceBytes);
    SNAPTREE_ASSIGN(const size_t n, (*content)->ReadAt(offset, buffer.data() + kept, kPieceBytes));
    offset += n;
    buffer.resize(kept + n);
    at_end = n < kPieceBytes;
    size_t begin = 0;
    for (;;) {
      const size_t stop = buffer.find('\n', begin);
      if (stop == std::string::npos) break;
      ++number;
      if (!long_line) SNAPTREE_TRY(TakeLine(Slice(buffer).substr(begin, stop - begin), number));
      long_line = false;
      begin = stop + 1;
    }
    buffer.erase(0, begin);
    if (buffer.size() > kMaxLineBytes && !long_line) {
      SNAPTREE_TRY(TakeLine(buffer, number + 1));  // says that it is too long
      long_line = true;
    }
    if (long_line) buffer.clear();
  }
  if (!buffer.empty()) SNAPTREE_TRY(TakeLine(buffer, number + 1));
  if (lines_.size() == 0) {
    SNAPTREE_TRY(report_(DataError("ChecksumsEmpty", "CHECKSUMS lists no file")
                             .At(kChecksumsFileName)
                             .Next("bring back the CHECKSUMS that was written with this tree")));
  }
  return lines_.Finish();
}

Result<bool> ChecksumsFile::Next(Slice* path, Sha256Digest* digest) {
  for (;;) {
    Slice next;
    Slice payload;
    SNAPTREE_ASSIGN(const bool more, lines_.Next(&next, &payload));
    if (!more) return false;
    const Sha256Digest found = DigestIn(payload);
    if (has_path_ && next == path_) {
      if (found == digest_) continue;
      SNAPTREE_TRY(report_(DataError("ChecksumsMalformed", "two lines give one file two digests")
                               .At(kChecksumsFileName)
                               .Found("\"" + Printable(next) + "\"")
                               .Next("keep the right line")));
      continue;
    }
    path_.assign(next);
    digest_ = found;
    has_path_ = true;
    *path = path_;
    *digest = digest_;
    return true;
  }
}

}  // namespace snaptree
