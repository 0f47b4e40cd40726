#include "adapters/fs/fs_encoder.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "adapters/fs/fs_chunk_rows.h"
#include "adapters/fs/fs_file_encoder.h"
#include "adapters/fs/fs_paths.h"
#include "adapters/fs/fs_tree_join.h"
#include "adapters/fs/fs_tree_lines.h"
#include "adapters/fs/fs_tree_walk.h"

namespace snaptree::fs {
namespace {

constexpr Slice kOrphansFolder = "fs/_orphans";

// What the folder has.
struct Parts {
  bool lines = false;
  bool tree = false;
  bool orphans = false;
};

Result<Parts> FindParts(const EncodeContext& context) {
  Parts parts;
  const auto take = [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries) {
      const std::string path = std::string(kFolder) + entry.name;
      const bool is_folder = entry.kind == EntryKind::kFolder;
      if (entry.kind == EntryKind::kOther) {
        SNAPTREE_TRY(context.findings.TakeError(context.input.source().Open(path).status()));
      } else if (path == kInodesPath && !is_folder) {
        parts.lines = true;
      } else if (path == kTreeFolder && is_folder) {
        parts.tree = true;
      } else if (path == kOrphansFolder && is_folder) {
        parts.orphans = true;
      } else if (path != kKeymapPath || is_folder) {
        SNAPTREE_TRY(UnexpectedFile(
            context, path, "inodes.jsonl, KEYMAP.jsonl and the folders tree and _orphans"));
      }
    }
    return {};
  };
  SNAPTREE_TRY(context.input.source().List(kRootFolder, take));
  return parts;
}

// What has no place in the filesystem has none in a snapshot.
Status TellOrphans(const EncodeContext& context) {
  return context.input.source().List(kOrphansFolder, [&](std::span<const TreeEntry> entries) {
    for (const TreeEntry& entry : entries) {
      const std::string path = std::string(kOrphansFolder) + "/" + entry.name;
      context.findings.Warn("fs_orphans_not_encoded",
                            "files in fs/_orphans/ have no place in the filesystem and are not in "
                            "the snapshot",
                            path);
      SNAPTREE_TRY(context.differences.Add(path));
    }
    return Status::Ok();
  });
}

Status EncodeTree(const EncodeContext& context, const EncodeFsOptions& options,
                  const std::shared_ptr<Usage>& usage) {
  TreeLines lines(context);
  SNAPTREE_TRY(lines.Read());
  TreeWalk walk(context);
  SNAPTREE_TRY(walk.Walk());
  FsEncoding run{
      context, options, usage,
      context.rows.AddBodyEncoder(std::make_unique<ContentEncoder>(context.input, usage)),
      !lines.has_duplicates()};
  return TreeJoin(run, lines, walk).Run();
}

}  // namespace

Result<EncodeTotals> EncodeFs(const EncodeContext& context, const EncodeFsOptions& options) {
  SNAPTREE_ASSIGN(const Parts parts, FindParts(context));
  if (parts.orphans) SNAPTREE_TRY(TellOrphans(context));
  const auto usage = std::make_shared<Usage>();
  if (parts.lines) {
    SNAPTREE_TRY(EncodeTree(context, options, usage));
  } else if (parts.tree) {
    SNAPTREE_TRY(context.findings.TakeError(
        DataError("FsEncodeInvalid", "nothing says what the files in fs/tree/ are")
            .At(kInodesPath)
            .Expected("a line for each inode")
            .Next("bring back the inodes.jsonl that was written with this tree")));
  }
  return EncodeTotals{usage->files};
}

}  // namespace snaptree::fs
