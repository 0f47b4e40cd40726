// The record of a tree or archive: its file as it stands there, compared with CHECKSUMS; of a tree
// that keeps records as lines, what check/records.h makes of them.
#include <algorithm>
#include <memory>
#include <optional>

#include "check/get/get_parts.h"
#include "check/get/one_file_sink.h"
#include "check/line_records.h"
#include "check/records.h"

#include "base/cancel.h"
#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "manifest/checksums.h"
#include "tree/archive_path.h"
#include "tree/open_tree.h"
#include "tree/tar_reader.h"

namespace snaptree {
namespace {

constexpr uint64_t kPieceBytes = uint64_t{256} << 10;

// Looks for the line of one path in a CHECKSUMS that goes by in pieces.
class ChecksumSearch {
 public:
  explicit ChecksumSearch(const std::string& path) : path_(path) {}

  void Take(Slice bytes) {
    there_ = true;
    for (size_t end = bytes.find('\n'); end != Slice::npos; end = bytes.find('\n')) {
      line_ += bytes.substr(0, end);
      TakeLine();
      bytes.remove_prefix(end + 1);
    }
    line_ += bytes;
  }
  void Finish() { TakeLine(); }

  bool there() const { return there_; }
  const std::optional<Sha256Digest>& digest() const { return digest_; }

 private:
  void TakeLine() {
    // Most lines can be told from that of the path at a glance: what is escaped begins so.
    const bool perhaps = line_.ends_with(path_) || line_.ends_with('\r') || line_.starts_with('\\');
    if (perhaps) {
      const Result<ChecksumLine> parsed = ParseChecksumLine(line_);
      if (parsed.ok() && parsed->path == path_) digest_ = parsed->digest;
    }
    line_.clear();
  }

  const std::string& path_;
  bool there_ = false;
  std::string line_;
  std::optional<Sha256Digest> digest_;
};

class TreeGetter {
 public:
  TreeGetter(const GetOptions& options, WhatKind kind)
      : options_(options), search_(options.address) {
    report_.kind = kind;
  }

  Result<GetReport> Run();

 private:
  Status SearchChecksums(const TreeSource& source);
  Status FromFolder();
  Status FromArchive();
  Status ReadEntry(TarReader* reader, const TarEntry& entry);
  Status Take(Slice bytes);
  Status TakeZeros(uint64_t n);
  void Compare();
  Status RefuseMissing();
  RecordsOptions Records() const;
  bool IsOfLines() const;
  Status FromRecords();

  const GetOptions& options_;
  GetReport report_;
  Sha256 hash_;
  ChecksumSearch search_;
};

Status TreeGetter::Take(Slice bytes) {
  SNAPTREE_TRY(CheckCancelled());
  hash_.Update(bytes);
  report_.bytes += bytes.size();
  return options_.take(bytes);
}

Status TreeGetter::TakeZeros(uint64_t n) {
  const std::string zeros(static_cast<size_t>(std::min(n, kPieceBytes)), '\0');
  while (n > 0) {
    const uint64_t piece = std::min<uint64_t>(n, zeros.size());
    SNAPTREE_TRY(Take(Slice(zeros).substr(0, static_cast<size_t>(piece))));
    n -= piece;
  }
  return {};
}

void TreeGetter::Compare() {
  search_.Finish();
  if (options_.address == kChecksumsFileName) return;
  if (!search_.there()) {
    report_.findings.Warn("no_checksums", "without CHECKSUMS nobody can tell whether it is whole",
                          options_.what);
  } else if (!search_.digest()) {
    report_.findings.Warn("unlisted_file", "files that are not in CHECKSUMS", options_.address);
  } else if (hash_.Finish() != *search_.digest()) {
    report_.findings.Warn("checksum_mismatch", "files that are not what CHECKSUMS says",
                          options_.address);
  }
}

// ---- A folder -----------------------------------------------------------------------------------

// Calls take(offset, bytes) -> Status for all of a file but its holes.
template <class TakePiece>
Status ReadContent(TreeContent& content, const std::string& path, TakePiece take) {
  std::string piece;
  for (uint64_t at = content.NextData(0); at < content.size();) {
    piece.resize(static_cast<size_t>(std::min(content.size() - at, kPieceBytes)));
    SNAPTREE_ASSIGN(const size_t n, content.ReadAt(at, piece.data(), piece.size()));
    if (n != piece.size()) {
      return DataError("ChangedWhileReading", "the file became shorter while it was read").At(path);
    }
    SNAPTREE_TRY(take(at, Slice(piece)));
    at = content.NextData(at + n);
  }
  return {};
}

Status TreeGetter::SearchChecksums(const TreeSource& source) {
  const std::string checksums(kChecksumsFileName);
  SNAPTREE_ASSIGN(const std::optional<EntryKind> listed, source.Find(checksums));
  if (listed) {
    SNAPTREE_ASSIGN(const std::unique_ptr<TreeContent> list, source.Open(checksums));
    SNAPTREE_TRY(ReadContent(*list, checksums, [&](uint64_t /*offset*/, Slice bytes) -> Status {
      search_.Take(bytes);
      return CheckCancelled();
    }));
  }
  return {};
}

Status TreeGetter::FromFolder() {
  OpenTreeOptions open;
  open.folder.allow_hard_links = true;
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeSource> source, OpenTree(options_.what, open));
  SNAPTREE_ASSIGN(const std::optional<EntryKind> there, source->Find(options_.address));
  report_.is_folder = there == EntryKind::kFolder;
  SNAPTREE_TRY(SearchChecksums(*source));
  if (!there || report_.is_folder) return {};
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeContent> content, source->Open(options_.address));
  uint64_t end = 0;
  SNAPTREE_TRY(ReadContent(*content, options_.address, [&](uint64_t offset, Slice bytes) -> Status {
    SNAPTREE_TRY(TakeZeros(offset - end));
    end = offset + bytes.size();
    return Take(bytes);
  }));
  SNAPTREE_TRY(TakeZeros(content->size() - end));
  report_.found = true;
  Compare();
  return {};
}

// ---- An archive, read once from front to end ----------------------------------------------------

Status TreeGetter::ReadEntry(TarReader* reader, const TarEntry& entry) {
  uint64_t at = 0;
  SNAPTREE_TRY(reader->Copy([&](uint64_t offset, Slice bytes) -> Status {
    SNAPTREE_TRY(TakeZeros(offset - at));
    at = offset + bytes.size();
    return Take(bytes);
  }));
  SNAPTREE_TRY(TakeZeros(entry.size - at));
  report_.found = true;
  return {};
}

Status TreeGetter::FromArchive() {
  SNAPTREE_ASSIGN(const InputFile file, InputFile::Open(options_.what));
  SNAPTREE_ASSIGN(const std::unique_ptr<TarReader> reader, TarReader::Open(file));
  if (options_.progress != nullptr) {
    options_.progress->Begin("read the archive", "bytes", file.size());
  }
  TarEntry entry;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, reader->Next(&entry));
    if (!more) break;
    if (options_.progress != nullptr) {
      options_.progress->done.store(reader->position(), std::memory_order_relaxed);
    }
    SNAPTREE_ASSIGN(const Slice path, TreePathOf(entry, options_.what));
    if (IsBelow(path, options_.address)) report_.is_folder = true;
    if (entry.kind != TarEntry::Kind::kFile) continue;
    if (path == options_.address) {
      if (report_.found) {
        return DataError("DuplicateEntry", "two entries of the archive have one path")
            .At(options_.address);
      }
      SNAPTREE_TRY(ReadEntry(reader.get(), entry));
    } else if (path == kChecksumsFileName) {
      SNAPTREE_TRY(reader->Copy([this](uint64_t /*offset*/, Slice bytes) -> Status {
        search_.Take(bytes);
        return {};
      }));
    }
  }
  if (report_.found) Compare();
  return {};
}

// ---- What stands in no file of its own ----------------------------------------------------------

Status TreeGetter::FromRecords() {
  RecordsOptions records = Records();
  if (KindOfAddress(options_.address) == AddressKind::kRecord) {
    records.filter.from_files = true;
    records.filter.files = AddressesToSelect(options_.address);
  }
  OneFileSink sink(options_.address, options_.take);
  SNAPTREE_ASSIGN(const RecordsReport read, ReadRecords(records, sink));
  report_.found = sink.complete();
  report_.bytes = sink.bytes();
  report_.findings.Merge(read.findings);
  if (!report_.found) TellNearest(read.unmatched, options_.address, &report_);
  return {};
}

RecordsOptions TreeGetter::Records() const {
  RecordsOptions records;
  records.what = options_.what;
  records.threads = options_.threads;
  records.memory_bytes = options_.memory_bytes;
  records.scratch_folder = options_.scratch_folder;
  records.progress = options_.progress;
  return records;
}

// Whether what stands at the address, if anything does, is no record's file. Most addresses tell.
bool TreeGetter::IsOfLines() const {
  if (!DependsOnLayout(options_.address)) return false;
  const std::optional<Manifest> manifest = ManifestIn(Records());
  return manifest && !StandsForItself(options_.address, AdaptersWithLines(*manifest));
}

// A file that should be there is no record that nobody knows.
Status TreeGetter::RefuseMissing() {
  search_.Finish();
  if (report_.found || report_.is_folder || !search_.digest()) return {};
  return DataError("Missing", "CHECKSUMS lists the file, and it is not there")
      .At(options_.what)
      .Address(Printable(options_.address))
      .Next("get it from where the tree came from; snaptree verify names all that is missing");
}

Result<GetReport> TreeGetter::Run() {
  if (!IsOfLines()) {
    SNAPTREE_TRY(report_.kind == WhatKind::kTree ? FromFolder() : FromArchive());
    SNAPTREE_TRY(RefuseMissing());
  }
  if (!report_.found) SNAPTREE_TRY(FromRecords());
  return std::move(report_);
}

}  // namespace

Result<GetReport> GetFromTree(const GetOptions& options, WhatKind kind) {
  return TreeGetter(options, kind).Run();
}

}  // namespace snaptree
