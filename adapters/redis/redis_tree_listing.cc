#include "adapters/redis/redis_tree_listing.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "adapters/redis/redis_tree_folders.h"
#include "base/cancel.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

constexpr Slice kRoot = "redis";
constexpr Slice kDatabase = "db_0";
constexpr Slice kDatabasePrefix = "db_";

std::string PathIn(Slice folder, Slice name) {
  return std::string(folder) + "/" + std::string(name);
}

// "db_" and a number without leading zeros.
bool IsOtherDatabase(Slice name) {
  if (!name.starts_with(kDatabasePrefix)) return false;
  const Slice number = name.substr(kDatabasePrefix.size());
  return ParseU64(number).has_value() && number[0] != '0';
}

Status TakeRootEntry(const EncodeContext& context, const TreeEntry& entry) {
  const std::string path = PathIn(kRoot, entry.name);
  if (entry.name == kDatabase && entry.kind == EntryKind::kFolder) return {};
  if (entry.kind == EntryKind::kFolder && IsOtherDatabase(entry.name)) {
    return context.findings.TakeError(
        DataError("RedisMultiDBUnsupported", "elastickv has one keyspace for all database numbers")
            .At(path)
            .Expected("only db_0")
            .Next("move the files of the keys to keep into db_0; no two may have one key"));
  }
  return UnexpectedEntry(context, path, entry.kind, "the folder db_0");
}

Status TakeKeyEntry(const EncodeContext& context, TypeFolder folder, const std::string& folder_path,
                    const TreeEntry& entry, KeyIndex* index) {
  const Slice extension = FormOf(folder).extension;
  if (entry.kind == EntryKind::kFile && entry.name.ends_with(extension))
    return index->AddFile(folder,
                          Slice(entry.name).substr(0, entry.name.size() - extension.size()));
  return UnexpectedEntry(context, PathIn(folder_path, entry.name), entry.kind,
                         "files ending in " + std::string(extension));
}

Status ListTypeFolder(const EncodeContext& context, TypeFolder folder, const std::string& path,
                      KeyIndex* index) {
  return context.findings.TakeError(
      context.input.source().List(path, [&](std::span<const TreeEntry> entries) -> Status {
        SNAPTREE_TRY(CheckCancelled());
        for (const TreeEntry& entry : entries)
          SNAPTREE_TRY(TakeKeyEntry(context, folder, path, entry, index));
        return {};
      }));
}

bool IsSidecar(Slice path) {
  return path == kStringsTtlFile || path == kHllTtlFile || path == kKeymapFile;
}

Status TakeDatabaseEntry(const EncodeContext& context, const TreeEntry& entry, KeyIndex* index,
                         LineFiles* line_files) {
  const std::string path = std::string(kDatabaseFolder) + entry.name;
  if (entry.kind == EntryKind::kFile) {
    if (IsSidecar(path)) return {};
    SNAPTREE_ASSIGN(const bool has_lines, line_files->Add(entry.name));
    if (has_lines) return {};
  }
  const auto* const form =
      std::find_if(kTypeFolders.begin(), kTypeFolders.end(),
                   [&](const TypeFolderForm& known) { return known.name == entry.name; });
  if (entry.kind != EntryKind::kFolder || form == kTypeFolders.end())
    return UnexpectedEntry(context, path, entry.kind,
                           "the folders of the Redis types, KEYMAP.jsonl, strings_ttl.jsonl and "
                           "hll_ttl.jsonl, or files "
                           "of lines such as strings-00000.jsonl");
  return ListTypeFolder(context, static_cast<TypeFolder>(form - kTypeFolders.begin()), path, index);
}

}  // namespace

Status ListRedisTree(const EncodeContext& context, KeyIndex* index, LineFiles* line_files) {
  const TreeSource& source = context.input.source();
  bool has_database = false;
  SNAPTREE_TRY(source.List(kRoot, [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries) {
      if (entry.name == kDatabase && entry.kind == EntryKind::kFolder) has_database = true;
      SNAPTREE_TRY(TakeRootEntry(context, entry));
    }
    return {};
  }));
  if (!has_database) return {};
  const std::string database = PathIn(kRoot, kDatabase);
  return source.List(database, [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries)
      SNAPTREE_TRY(TakeDatabaseEntry(context, entry, index, line_files));
    return {};
  });
}

}  // namespace snaptree::redis
