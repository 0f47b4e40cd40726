#include "encode/checksum_compare.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "manifest/checksums.h"

namespace snaptree {
namespace {

// The lists, walked in step with the one that TreeInput hands out.
class Walk {
 public:
  Walk(const DigestLists& lists, TreeFindings& findings, const TakeCompared& take)
      : lists_(lists), findings_(findings), take_(take) {}

  Status Run() {
    SNAPTREE_TRY(NextListed());
    SNAPTREE_TRY(NextDecoded());
    SNAPTREE_TRY(lists_.read.ForEachDigest(
        [this](Slice path, const Sha256Digest& digest) { return Read(path, digest); }));
    return PassBefore(nullptr);
  }

 private:
  struct Entry {
    std::string path;
    Sha256Digest digest;
  };

  Status NextListed() {
    listed_.reset();
    if (lists_.listed == nullptr) return {};
    Slice path;
    Sha256Digest digest;
    SNAPTREE_ASSIGN(const bool more, lists_.listed->Next(&path, &digest));
    if (more) listed_ = Entry{std::string(path), digest};
    return {};
  }

  Status NextDecoded() {
    decoded_.reset();
    if (lists_.decoded == nullptr) return {};
    Slice path;
    Slice payload;
    SNAPTREE_ASSIGN(const bool more, lists_.decoded->Next(&path, &payload));
    if (!more) return {};
    decoded_ = Entry{std::string(path), DigestIn(payload)};
    return {};
  }

  // Entries of the other lists that come before a path that was read (null: all that is left).
  Status PassBefore(const Slice* path) {
    while (listed_ && (path == nullptr || listed_->path < *path)) {
      SNAPTREE_TRY(OnlyListed(*listed_));
      SNAPTREE_TRY(NextListed());
    }
    while (decoded_ && (path == nullptr || decoded_->path < *path)) {
      SNAPTREE_TRY(take_(decoded_->path, Compared::kOnlyDecoded));
      SNAPTREE_TRY(NextDecoded());
    }
    return {};
  }

  Status Read(Slice path, const Sha256Digest& digest) {
    SNAPTREE_TRY(PassBefore(&path));
    if (lists_.listed != nullptr) SNAPTREE_TRY(CompareListed(path, digest));
    if (lists_.decoded == nullptr) return {};
    if (!decoded_ || decoded_->path != path) return take_(path, Compared::kOnlyRead);
    const bool equal = decoded_->digest == digest;
    SNAPTREE_TRY(NextDecoded());
    return take_(path, equal ? Compared::kEqual : Compared::kDifferent);
  }

  Status CompareListed(Slice path, const Sha256Digest& digest) {
    if (!listed_ || listed_->path != path) {
      if (path == kChecksumsFileName) return {};
      return findings_.TakeError(DataError("UnlistedFile", "the file is not in CHECKSUMS")
                                     .At(path)
                                     .Next("your own edit?  " + lists_.listed->SealStep() +
                                           "; otherwise remove the file"));
    }
    const bool equal = listed_->digest == digest;
    const std::string expected = Hex(AsSlice(listed_->digest));
    SNAPTREE_TRY(NextListed());
    if (equal) return {};
    return findings_.TakeError(DataError("ChecksumMismatch", "the file is not what CHECKSUMS says")
                                   .At(path)
                                   .Expected("SHA-256 " + expected)
                                   .Found(Hex(AsSlice(digest)))
                                   .Next("your own edit?  " + lists_.listed->SealStep() +
                                         "; otherwise get the file again"));
  }

  // Nobody had to read the file, but it has to be there.
  Status OnlyListed(const Entry& entry) {
    SNAPTREE_ASSIGN(const std::optional<EntryKind> kind, lists_.read.source().Find(entry.path));
    if (kind == EntryKind::kFile) return {};
    if (kind == EntryKind::kOther)
      return findings_.TakeError(lists_.read.source().Open(entry.path).status());
    return findings_.TakeError(DataError("Missing", "CHECKSUMS lists the file, and it is not there")
                                   .At(entry.path)
                                   .Next("removed it yourself?  " + lists_.listed->SealStep() +
                                         "; otherwise get the file again"));
  }

  const DigestLists& lists_;
  TreeFindings& findings_;
  const TakeCompared& take_;
  std::optional<Entry> listed_;
  std::optional<Entry> decoded_;
};

}  // namespace

Status CompareDigests(const DigestLists& lists, TreeFindings& findings, const TakeCompared& take) {
  return Walk(lists, findings, take).Run();
}

void NoteOddLines(const ChecksumsFile& listed, TreeFindings& findings) {
  if (!listed.lists_itself()) return;
  findings.Note("checksums_lists_itself", "CHECKSUMS has a line for itself, which means nothing");
}

}  // namespace snaptree
