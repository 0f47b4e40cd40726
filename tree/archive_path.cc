#include "tree/archive_path.h"

#include "base/text.h"
#include "manifest/manifest.h"
#include "manifest/tree_path.h"

namespace snaptree {
namespace {

constexpr size_t kMaxNameBytes = 255;

bool HasLongName(Slice path) {
  for (;;) {
    const size_t slash = path.find('/');
    if (path.substr(0, slash).size() > kMaxNameBytes) return true;
    if (slash == Slice::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

Result<Slice> TreePathOf(const TarEntry& entry, const std::string& archive) {
  const bool folder = entry.kind == TarEntry::Kind::kFolder;
  Slice path = entry.name;
  while (path.starts_with("./")) path.remove_prefix(2);
  if (folder && path.ends_with("/")) path.remove_suffix(1);
  if (folder && (path.empty() || path == ".")) return Slice();
  if (!IsSafeTreePath(path)) {
    return DataError("UnsafePath", "an entry of the archive has a path that could leave the tree")
        .At(archive)
        .Found("\"" + Printable(entry.name) + "\"")
        .Next("do not trust the archive; one of a tree is made by: tar -C TREE -cf FILE .");
  }
  if (HasLongName(path)) {
    return DataError("NameInvalid", "a name in the archive is longer than a file system takes")
        .At(path)
        .Expected("at most " + std::to_string(kMaxNameBytes) + " bytes between slashes")
        .Next("do not trust the archive; one of a tree is made by: tar -C TREE -cf FILE .");
  }
  if (entry.kind == TarEntry::Kind::kOther) {
    return DataError("NotRegular", "an entry of the archive is no regular file")
        .At(path)
        .Expected("files and folders only")
        .Found(entry.found)
        .Next("remove it from the tree and make the archive again");
  }
  return path;
}

Status EmptyArchiveError(const std::string& archive) {
  return DataError("ManifestMissing", "the archive is empty")
      .At(archive)
      .Expected("a file " + std::string(kManifestFileName) + " at its root")
      .Found("no entry: the file is all zeros")
      .Next("name an archive that decode or pack made");
}

Status LeadingFolderError(Slice only, const std::string& archive) {
  return DataError("ArchiveLeadingFolder", "all of the tree stands below one folder more")
      .At(archive)
      .Expected(std::string(kManifestFileName))
      .Found(Printable(only) + "/" + std::string(kManifestFileName))
      .Next("unpack it and name the folder, or make it again: tar -C TREE -cf FILE .");
}

}  // namespace snaptree
