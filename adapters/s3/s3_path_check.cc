#include "adapters/s3/s3_path_check.h"

#include <algorithm>

#include "adapters/s3/s3_encoder_findings.h"
#include "base/text.h"

namespace snaptree::s3 {

PathCheck::PathCheck(const EncodeContext& context, double share)
    : context_(context),
      names_(context.sorter_options(share / 4), context.manifest.rename_s3_collisions),
      keys_(context.sorter_options(share / 4)),
      paths_(context.sorter_options(share / 2)) {}

void PathCheck::Begin(Slice folder) {
  folder_ = folder;
  together_ = false;
  names_.Begin();
  keys_.Reset();
  paths_.Reset();
}

void PathCheck::SeeFolder(Slice path) { together_ = together_ || HasRenameSuffix(path); }

void PathCheck::SeeRecord(const KeymapRecord& record) {
  PathKind kind = LocalPathKind(record.original, context_.manifest.rename_s3_collisions);
  if (context_.manifest.jsonl) kind = KindBesideLines(record.original, kind);
  together_ = together_ || kind == PathKind::kNatural || KeymapKind(kind) != record.kind;
}

Status PathCheck::Take(Slice key, Slice path) {
  if (!together_) {
    const PathKind kind = LocalPathKind(key, context_.manifest.rename_s3_collisions);
    return Compare(key, kind, path);
  }
  SNAPTREE_TRY(keys_.Add(key, {}));
  return paths_.Add(key, path);
}

Status PathCheck::Finish() {
  if (!together_) return {};
  SNAPTREE_TRY(keys_.Finish());
  SNAPTREE_TRY(paths_.Finish());
  for (Slice key, ignored;;) {
    SNAPTREE_ASSIGN(const bool more, keys_.Next(&key, &ignored));
    if (!more) break;
    SNAPTREE_TRY(names_.Add(key));
  }
  SNAPTREE_TRY(names_.EndOfKeys());
  for (Slice key, path;;) {
    SNAPTREE_ASSIGN(const bool more, paths_.Next(&key, &path));
    if (!more) return {};
    SNAPTREE_ASSIGN(const PathKind kind, names_.KindOf(key));
    SNAPTREE_TRY(Compare(key, kind, path));
  }
}

Status PathCheck::Compare(Slice key, PathKind kind, Slice path) {
  if (context_.manifest.jsonl) kind = KindBesideLines(key, kind);
  if (kind == PathKind::kNatural && key == path) return {};
  const std::string expected = PathOf(key, kind);
  if (expected == path) return {};
  const std::string found = folder_ + std::string(path);
  if (context_.strict) {
    return context_.findings.TakeError(
        DataError("NameNotCanonical", "the object's file would have another name in a dump")
            .At(found)
            .Expected(Printable(expected)));
  }
  context_.findings.Note("s3_path_not_canonical",
                         "objects whose files will have other names when they are decoded again",
                         found);
  for (const std::string& body : {found, folder_ + expected}) {
    SNAPTREE_TRY(context_.differences.Add(body));
    SNAPTREE_TRY(context_.differences.Add(SidecarPlace(context_.manifest, body)));
  }
  return context_.differences.Add(folder_ + std::string(kKeymapFileName));
}

}  // namespace snaptree::s3
