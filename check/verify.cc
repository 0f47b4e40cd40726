#include "check/verify.h"

#include <sys/stat.h>

#include <cerrno>

#include "check/verify_parts.h"

#include "formats/raft_directory.h"
#include "manifest/checksums.h"
#include "tree/tar_reader.h"

namespace snaptree {
namespace {

bool Has(const std::string& folder, Slice name) {
  struct stat status {};
  return ::lstat((folder + "/" + std::string(name)).c_str(), &status) == 0;
}

// What there is decides, not the name.
Result<VerifiedKind> KindOf(const std::string& what) {
  if (what == "-") return VerifiedKind::kSnapshot;
  struct stat status {};
  if (::stat(what.c_str(), &status) != 0) return SystemError(errno, "open", what);
  if (!S_ISDIR(status.st_mode))
    return LooksLikeArchive(what) ? VerifiedKind::kArchive : VerifiedKind::kSnapshot;
  if (Has(what, kManifestFileName) || Has(what, kChecksumsFileName)) return VerifiedKind::kTree;
  return IsRaftDirectory(what) || IsPebbleDirectory(what) ? VerifiedKind::kSnapshot
                                                          : VerifiedKind::kTree;
}

}  // namespace

Result<VerifyReport> Verify(const VerifyOptions& options) {
  SNAPTREE_ASSIGN(const VerifiedKind kind, KindOf(options.what));
  return kind == VerifiedKind::kSnapshot ? VerifySnapshot(options) : VerifyTree(options, kind);
}

}  // namespace snaptree
