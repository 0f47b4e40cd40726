#include "check/what_kind.h"

#include <sys/stat.h>

#include <cerrno>

#include "base/slice.h"
#include "base/status.h"
#include "formats/directory_input.h"
#include "manifest/checksums.h"
#include "manifest/manifest.h"
#include "tree/tar_reader.h"

namespace snaptree {
namespace {

bool Has(const std::string& folder, Slice name) {
  struct stat status {};
  return ::lstat((folder + "/" + std::string(name)).c_str(), &status) == 0;
}

}  // namespace

Result<WhatKind> WhatKindOf(const std::string& what) {
  if (what == "-") return WhatKind::kSnapshot;
  struct stat status {};
  if (::stat(what.c_str(), &status) != 0) return SystemError(errno, "open", what);
  if (!S_ISDIR(status.st_mode))
    return LooksLikeArchive(what) ? WhatKind::kArchive : WhatKind::kSnapshot;
  if (Has(what, kManifestFileName) || Has(what, kChecksumsFileName)) return WhatKind::kTree;
  return IsInputFolder(what) ? WhatKind::kSnapshot : WhatKind::kTree;
}

const char* NameOf(WhatKind kind) {
  switch (kind) {
    case WhatKind::kTree:
      return "tree";
    case WhatKind::kArchive:
      return "archive";
    case WhatKind::kSnapshot:
      break;
  }
  return "snapshot";
}

Status AtNeedsSnapshot(const std::string& what) {
  return UsageError("AtNeedsSnapshot", "a tree is of one time: only a snapshot holds earlier ones")
      .At(what);
}

}  // namespace snaptree
